//! Removing a folder that an agent worked in: links are not followed, read-only folders do not stop it.

use std::io::{ErrorKind, Result};
use std::path::{Path, PathBuf};

use super::WorkspaceError;

/// Removes `folder` and all below it; one that is not there is fine.
pub(crate) async fn remove_tree(folder: &Path) -> std::result::Result<(), WorkspaceError> {
    let path = folder.to_owned();
    let removal = tokio::task::spawn_blocking(move || remove(&path)).await;
    let failed =
        |source| WorkspaceError::io(format!("remove the folder {}", folder.display()), source);
    match removal {
        Ok(result) => result.map_err(failed),
        Err(stopped) => Err(failed(std::io::Error::other(stopped))),
    }
}

fn remove(folder: &Path) -> Result<()> {
    match remove_once(folder) {
        Err(source) if source.kind() == ErrorKind::PermissionDenied => {
            open_folders(folder)?;
            remove_once(folder)
        }
        result => result,
    }
}

fn remove_once(folder: &Path) -> Result<()> {
    let removed = match std::fs::symlink_metadata(folder) {
        Ok(metadata) if metadata.is_dir() => std::fs::remove_dir_all(folder),
        Ok(_) => std::fs::remove_file(folder),
        Err(source) => Err(source),
    };
    match removed {
        Err(source) if source.kind() == ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// Package managers make their caches read-only; the owner may still undo it.
fn open_folders(top: &Path) -> Result<()> {
    let mut waiting: Vec<PathBuf> = vec![top.to_owned()];
    while let Some(folder) = waiting.pop() {
        make_writable(&folder)?;
        for entry in std::fs::read_dir(&folder)?.flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                waiting.push(entry.path());
            }
        }
    }
    Ok(())
}

#[cfg(unix)]
fn make_writable(folder: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn make_writable(folder: &Path) -> Result<()> {
    let mut permissions = std::fs::metadata(folder)?.permissions();
    permissions.set_readonly(false);
    std::fs::set_permissions(folder, permissions)
}
