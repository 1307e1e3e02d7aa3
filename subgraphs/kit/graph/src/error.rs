//! Errors that are not data: who may not ask, what cannot be understood, what is out of order (P8).

mod finish;

pub use finish::finish_errors;

use async_graphql::{Error, ErrorExtensionValues};
use kit_viewer::Refusal;

use crate::LoadError;

/// What a resolver returns.
pub type GraphResult<T> = Result<T, GraphError>;

macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident = $name:literal),+ $(,)?) => {
        /// The codes of top-level errors (P8), in `extensions.code`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $($(#[$doc])* $code),+
        }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$code),+];

            /// As clients see it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$code => $name),+
                }
            }
        }
    };
}

codes! {
    /// Nobody is signed in, and somebody must be.
    Unauthenticated = "UNAUTHENTICATED",
    /// This viewer may not.
    Forbidden = "FORBIDDEN",
    /// The request cannot be understood, or a value in it cannot be used.
    BadUserInput = "BAD_USER_INPUT",
    /// The cursor is not of this list.
    InvalidCursor = "INVALID_CURSOR",
    /// The operation asks for too much.
    OperationTooComplex = "OPERATION_TOO_COMPLEX",
    /// The operation is nested too deeply.
    OperationTooDeep = "OPERATION_TOO_DEEP",
    /// Too many requests.
    RateLimited = "RATE_LIMITED",
    /// No operation is registered under this hash.
    PersistedQueryNotFound = "PERSISTED_QUERY_NOT_FOUND",
    /// Only registered operations are accepted.
    PersistedQueryOnly = "PERSISTED_QUERY_ONLY",
    /// A subgraph cannot be reached.
    SubgraphUnavailable = "SUBGRAPH_UNAVAILABLE",
    /// A subgraph has not answered in time.
    SubgraphTimeout = "SUBGRAPH_TIMEOUT",
    /// A subgraph has failed too often and is left alone for a while.
    CircuitOpen = "CIRCUIT_OPEN",
    /// Something is wrong inside.
    Internal = "INTERNAL",
}

/// An error of a field: a code, and a message that a stranger may read.
///
/// Has no `Display` on purpose: async-graphql turns whatever can be displayed into an error without code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphError {
    code: ErrorCode,
    message: String,
}

impl GraphError {
    /// An error for strangers to read.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// A value that cannot be used.
    #[must_use]
    pub fn bad_user_input(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::BadUserInput, message)
    }

    /// Something is wrong inside: what it is goes to the log, and nowhere else.
    #[must_use]
    pub fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error, "a resolver failed");
        Self::masked()
    }

    /// The face of everything that is wrong inside.
    pub(crate) fn masked() -> Self {
        Self::new(ErrorCode::Internal, "something is wrong on our side; the trace id finds it in our logs")
    }

    /// Its code.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// Its message.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl From<Refusal> for GraphError {
    fn from(refusal: Refusal) -> Self {
        let code = match refusal {
            Refusal::Unauthenticated => ErrorCode::Unauthenticated,
            Refusal::ScopeMissing(_) | Refusal::NotOwner(_) | Refusal::ServicesOnly => ErrorCode::Forbidden,
        };
        Self::new(code, refusal.to_string())
    }
}

impl From<LoadError> for GraphError {
    fn from(error: LoadError) -> Self {
        Self::internal(&error)
    }
}

impl From<GraphError> for Error {
    fn from(error: GraphError) -> Self {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", error.code.name());
        Self { message: error.message, source: None, extensions: Some(extensions) }
    }
}
