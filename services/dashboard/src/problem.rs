//! What went wrong, for a person and for a program. Handlers answer with it; [`crate::present`] gives it a shape.
use crate::commands::CommandError;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use errand_eventlog::LogError;

/// A failure with its cause and the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub status: StatusCode,
    /// Stable, for programs.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

impl Problem {
    pub fn new(
        status: StatusCode,
        code: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            hint: hint.into(),
        }
    }

    /// Nothing has this id; `kind` is a noun such as "story".
    pub fn no_such(kind: &str, id: &str) -> Self {
        let shown: String = id.chars().take(80).collect();
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            format!("There is no {kind} {shown:?}."),
            "Check the id, or find it in the list it came from. A prefix of at least 4 characters is enough.",
        )
    }

    pub fn invalid(field: &str, reason: impl std::fmt::Display) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid",
            format!("{field}: {reason}"),
            "Change it and send it again.",
        )
    }

    pub fn bad_request(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", message, hint)
    }

    pub fn too_large(limit: &str) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            format!("This is too large: the limit is {limit}."),
            "Send less at once, or put the long text into a file of the repository and name the file.",
        )
    }

    /// Something broke inside; the details go to the log, not to the client.
    pub fn internal(error: &dyn std::error::Error) -> Self {
        tracing::error!(error = %error, "a request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Errand could not do this because of an error inside.",
            "Try again. If it stays, the Health page and Errand's own output name the cause.",
        )
    }

    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            message,
            "Try again in a moment; nothing was lost. The Health page shows what is wrong.",
        )
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<CommandError> for Problem {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Refused(message) => Self::new(
                StatusCode::CONFLICT,
                "refused",
                message,
                "Look at the present state and choose what it allows.",
            ),
            CommandError::NotFound(message) => Self::new(
                StatusCode::NOT_FOUND,
                "not_found",
                message,
                "Check the id, or find it in the list it came from.",
            ),
            CommandError::Invalid { field, reason } => Self::invalid(&field, reason),
            CommandError::TooLarge { limit } => Self::too_large(&limit),
            CommandError::Unavailable(message) => Self::unavailable(message),
        }
    }
}

impl From<LogError> for Problem {
    fn from(error: LogError) -> Self {
        match &error {
            error if error.is_transient() => return Self::unavailable(format!("{error}.")),
            LogError::Rejected(reason) => {
                return Self::new(
                    StatusCode::CONFLICT,
                    "refused",
                    reason,
                    "Nothing was changed.",
                );
            }
            _ => {}
        }
        Self::internal(&error)
    }
}

impl From<errand_projections::Error> for Problem {
    fn from(error: errand_projections::Error) -> Self {
        use errand_projections::Error as E;
        match &error {
            E::Ambiguous { .. } => Self::new(
                StatusCode::CONFLICT,
                "ambiguous_id",
                format!("{error}."),
                "Give more characters of the id.",
            ),
            E::UnknownProjection(_) => Self::new(
                StatusCode::NOT_FOUND,
                "not_found",
                format!("{error}."),
                "GET /api/v1/projections lists them.",
            ),
            E::AlreadyRebuilding(_) => Self::new(
                StatusCode::CONFLICT,
                "refused",
                format!("{error}."),
                "Wait until it is done.",
            ),
            E::Log(_) | E::Stopped | E::ArchiveEmptied | E::ArchiveBroken { .. } => {
                Self::unavailable(format!("{error}."))
            }
            error if error.is_absence() => Self::unavailable(format!("{error}.")),
            _ => Self::internal(&error),
        }
    }
}

impl From<askama::Error> for Problem {
    fn from(error: askama::Error) -> Self {
        Self::internal(&error)
    }
}
