//! The table as an enum with its columns, so that no code can be used that is not in it.

macro_rules! outcomes {
    ($($name:ident = $code:literal, $retry:ident, $happened:literal, $advice:literal;)*) => {
        /// How a session or a story ended when it did not complete.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Outcome {
            $(#[doc = $happened] $name),*
        }

        impl Outcome {
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// A short code for events, logs and the API.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            /// What happened, for people.
            pub const fn happened(self) -> &'static str {
                match self { $(Self::$name => $happened),* }
            }

            /// What to do next, for people.
            pub const fn advice(self) -> &'static str {
                match self { $(Self::$name => $advice),* }
            }

            pub const fn retry(self) -> Retry {
                match self { $(Self::$name => Retry::$retry),* }
            }
        }
    };
}
