//! The configurations of nats-server as text.
use super::{ONE_SERVER, SetupOptions, USERS};
use crate::{
    Permissions, Role, Rule,
    limits::{MAX_EVENT_BYTES, MAX_HEADER_BYTES},
};
use std::{fmt::Write as _, path::Path};

const ROUTES_PORT: u16 = 6222;
/// Twice the largest message, as room for what clients in other languages send.
const MAX_PAYLOAD_BYTES: usize = 2 * (MAX_EVENT_BYTES + MAX_HEADER_BYTES);
const MAX_CONNECTIONS: u32 = 1024;
const MAX_MEMORY_STORE: &str = "256MB";

pub(super) struct User {
    pub role: Role,
    pub public_key: String,
    pub permissions: Permissions,
}

pub(super) struct Layout<'a> {
    pub options: &'a SetupOptions,
    pub folder: &'a Path,
    pub routes_secret: &'a str,
}

/// All users with their permissions. Public keys only.
pub(super) fn users(users: &[User]) -> String {
    let mut text = String::from(
        "# Errand's users: the public key of each role, and what it may do. Written by errand nats setup.\n\
         # After a change: nats-server --signal reload\n\
         authorization {\n  users: [\n",
    );
    for user in users {
        let _ = write!(
            text,
            "    # {}\n    {{\n      nkey: {}\n      permissions: {{\n{}{}      }}\n    }}\n",
            user.role.name(),
            user.public_key,
            rule("publish", &user.permissions.publish),
            rule("subscribe", &user.permissions.subscribe),
        );
    }
    text.push_str("  ]\n}\n");
    text
}

fn rule(name: &str, rule: &Rule) -> String {
    let mut text = format!("        {name}: {{\n");
    for (kind, subjects) in [("allow", &rule.allow), ("deny", &rule.deny)] {
        if subjects.is_empty() {
            continue;
        }
        let _ = writeln!(text, "          {kind}: [");
        for subject in subjects {
            let _ = writeln!(text, "            {}", quoted(subject));
        }
        text.push_str("          ]\n");
    }
    text.push_str("        }\n");
    text
}

impl Layout<'_> {
    pub fn one_server(&self) -> String {
        let start = self.folder.join(ONE_SERVER);
        format!(
            "# One nats-server for Errand. Written by errand nats setup, and anew by its next run.\n\
             # Start it with: nats-server -c {}\n\
             server_name: errand\n\
             listen: {}\n{}",
            start.display(),
            quoted(&self.options.listen),
            self.every_server()
        )
    }

    pub fn cluster_server(&self, index: usize, host: &str) -> String {
        let number = index + 1;
        let port = self.options.port().unwrap_or_default();
        let mut routes = String::new();
        for other in &self.options.hosts {
            let secret = self.routes_secret;
            let _ = writeln!(
                routes,
                "    {}",
                quoted(&format!("nats://errand:{secret}@{other}:{ROUTES_PORT}"))
            );
        }
        format!(
            "# Server {number} of three for Errand, on {host}. Written by errand nats setup, and anew by its next run.\n\
             # Start it with: nats-server -c cluster-{number}.conf\n\
             # Streams on three servers: ERRAND_NATS_REPLICAS=3. One server may be lost at a time.\n\
             server_name: {}\n\
             listen: \"0.0.0.0:{port}\"\n{}\n\
             # The servers among themselves. This file holds their secret: keep it readable by its owner only.\n\
             cluster {{\n  name: errand\n  listen: \"0.0.0.0:{ROUTES_PORT}\"\n  \
             authorization {{ user: errand, password: {} }}\n  routes: [\n{routes}  ]\n{}}}\n",
            quoted(host),
            self.every_server(),
            quoted(self.routes_secret),
            self.tls("  ", true),
        )
    }

    fn every_server(&self) -> String {
        let gib = self.options.max_store_gib;
        format!(
            "max_payload: {MAX_PAYLOAD_BYTES}\n\
             max_connections: {MAX_CONNECTIONS}\n\
             \n\
             jetstream {{\n  \
             store_dir: {}\n  \
             # An answered append is on disk. As it comes, the server syncs every two minutes.\n  \
             sync_interval: always\n  \
             max_file_store: {gib}GB\n  \
             max_memory_store: {MAX_MEMORY_STORE}\n\
             }}\n\
             \n{}\n\
             include ./{USERS}\n",
            quoted(&self.options.data.display().to_string()),
            self.tls(
                "",
                self.options
                    .tls
                    .as_ref()
                    .is_some_and(|tls| tls.verify_clients)
            ),
        )
    }

    /// A block, or a comment in its place when there are no certificates.
    fn tls(&self, indent: &str, verify: bool) -> String {
        let Some(tls) = &self.options.tls else {
            return format!(
                "{indent}# No TLS: give errand nats setup a certificate and its key.\n"
            );
        };
        let path = |path: &Path| quoted(&path.display().to_string());
        let verified = match &tls.ca {
            Some(ca) if verify => {
                format!("{indent}  ca_file: {}\n{indent}  verify: true\n", path(ca))
            }
            _ => String::new(),
        };
        format!(
            "{indent}tls {{\n{indent}  cert_file: {}\n{indent}  key_file: {}\n{verified}{indent}}}\n",
            path(&tls.certificate),
            path(&tls.key),
        )
    }
}

fn quoted(text: &str) -> String {
    format!("{text:?}")
}
