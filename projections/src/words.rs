//! Enums that are one word in the tables, in JSON and in URLs.

/// Declares an enum over fixed words; the first is the default.
macro_rules! words {
    ($(#[$meta:meta])* pub enum $name:ident { $first:ident = $first_word:literal, $($variant:ident = $word:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            #[default]
            #[serde(rename = $first_word)]
            $first,
            $(#[serde(rename = $word)] $variant,)*
        }

        impl $name {
            pub const ALL: &'static [Self] = &[Self::$first, $(Self::$variant),*];

            pub const fn as_str(self) -> &'static str {
                match self {
                    Self::$first => $first_word,
                    $(Self::$variant => $word,)*
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::words::UnknownWord;

            fn from_str(word: &str) -> std::result::Result<Self, Self::Err> {
                let known = Self::ALL.iter().copied().find(|w| w.as_str() == word);
                known.ok_or_else(|| $crate::words::UnknownWord {
                    word: word.chars().take(60).collect(),
                    known: [$first_word, $($word),*].join(", "),
                })
            }
        }

        impl $crate::db::Column for $name {
            fn into_value(self) -> $crate::db::Value {
                $crate::db::Value::Text(self.as_str().to_owned())
            }

            fn from_cell(cells: &dyn $crate::db::Cells, column: &str) -> sqlx::Result<Self> {
                let word = cells.text(column)?;
                word.parse().map_err(|source: $crate::words::UnknownWord| sqlx::Error::ColumnDecode {
                    index: column.to_owned(),
                    source: source.into(),
                })
            }
        }
    };
}

/// A word that is none of the known ones.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{word:?} is not one of: {known}")]
pub struct UnknownWord {
    pub word: String,
    pub known: String,
}
