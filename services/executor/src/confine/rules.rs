//! What one process may do, as it is told to the program that confines itself.

use std::ffi::OsString;
use std::path::PathBuf;

use super::ConfineError;

/// Everything that is allowed; what is not named is not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    pub read: Vec<PathBuf>,
    pub write: Vec<PathBuf>,
    /// TCP ports that may be connected to; `None` means all.
    pub connect: Option<Vec<u16>>,
}

impl Rules {
    /// The rules as arguments, which [`Rules::parse`] reads.
    pub(super) fn arguments(&self) -> Vec<OsString> {
        let mut words: Vec<OsString> = Vec::new();
        for (flag, paths) in [("--read", &self.read), ("--write", &self.write)] {
            for path in paths {
                words.extend([flag.into(), path.into()]);
            }
        }
        if let Some(ports) = &self.connect {
            words.push("--no-connect".into());
            for port in ports {
                words.extend(["--connect".into(), port.to_string().into()]);
            }
        }
        words.push("--".into());
        words
    }

    /// Reads the rules up to `--`; what follows is the program and its arguments.
    pub(super) fn parse(words: &mut impl Iterator<Item = OsString>) -> Result<Self, ConfineError> {
        let mut rules = Self::default();
        while let Some(word) = words.next() {
            let flag = word.to_string_lossy().into_owned();
            let mut value = || words.next().ok_or_else(|| ConfineError::usage(&flag));
            match flag.as_str() {
                "--" => return Ok(rules),
                "--read" => rules.read.push(value()?.into()),
                "--write" => rules.write.push(value()?.into()),
                "--no-connect" => rules.connect = Some(rules.connect.unwrap_or_default()),
                "--connect" => {
                    let port = value()?.to_string_lossy().parse();
                    let port = port.map_err(|_| ConfineError::usage(&flag))?;
                    rules.connect.get_or_insert_default().push(port);
                }
                _ => return Err(ConfineError::usage(flag)),
            }
        }
        Err(ConfineError::usage("the end of the rules"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_come_through_a_command_line_unchanged() {
        let rules = Rules {
            read: vec!["/usr".into(), "/a folder/--write".into()],
            write: vec!["/tree".into()],
            connect: Some(vec![443, 53]),
        };
        let mut words = rules.arguments().into_iter().chain(["sh".into()]);
        assert_eq!(Rules::parse(&mut words).unwrap(), rules);
        assert_eq!(words.next().unwrap(), "sh");

        let closed = Rules {
            connect: Some(Vec::new()),
            ..Rules::default()
        };
        let parsed = Rules::parse(&mut closed.arguments().into_iter());
        assert_eq!(parsed.unwrap(), closed);
    }

    #[test]
    fn what_is_no_rule_is_refused_and_never_taken_for_the_program() {
        for words in [
            vec!["--wirte", "/"],
            vec!["--connect", "http", "--"],
            vec!["--read"],
            vec![],
        ] {
            let mut words = words.into_iter().map(OsString::from);
            assert!(Rules::parse(&mut words).is_err());
        }
    }
}
