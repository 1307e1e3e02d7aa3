//! Refusals of mutations that are data (P7): codes, user errors and payloads.

/// Declares the codes of a subgraph's user errors, and the type that carries them.
///
/// ```
/// kit_graph::user_errors! {
///     /// Why learning refuses what a mutation asks for.
///     pub enum LearningErrorCode {
///         /// Someone else has changed it meanwhile.
///         VersionConflict,
///         /// It does not exist.
///         NotFound,
///     }
///     /// What a mutation of learning refuses.
///     pub struct LearningUserError;
/// }
///
/// let error = LearningUserError::new(LearningErrorCode::NotFound, "there is no such course").at(["input", "id"]);
/// assert_eq!(error.path, Some(vec!["input".to_owned(), "id".to_owned()]));
/// ```
///
/// Register `Implements<UserError, LearningUserError>` with the schema. The calling crate needs async-graphql and serde.
#[macro_export]
macro_rules! user_errors {
    (
        $(#[$enum_attribute:meta])*
        pub enum $code:ident { $($(#[$attribute:meta])* $variant:ident),+ $(,)? }
        $(#[$struct_attribute:meta])*
        pub struct $error:ident;
    ) => {
        $(#[$enum_attribute])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, ::async_graphql::Enum, ::serde::Serialize, ::serde::Deserialize,
        )]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum $code { $($(#[$attribute])* $variant),+ }

        $(#[$struct_attribute])*
        #[derive(Debug, Clone, PartialEq, Eq, ::async_graphql::SimpleObject, ::serde::Serialize, ::serde::Deserialize)]
        pub struct $error {
            /// What happened and what to do about it, for a person.
            pub message: String,
            /// The input field at fault, outermost first; null when no single field is.
            pub path: Option<Vec<String>>,
            /// The reason, for a program; new reasons may be added.
            pub code: $code,
        }

        impl $error {
            /// A refusal of the mutation as a whole.
            #[must_use]
            pub fn new(code: $code, message: impl Into<String>) -> Self {
                Self { message: message.into(), path: None, code }
            }

            /// A refusal because of one field: the names on the way to it, from `input` on.
            #[must_use]
            pub fn at<const LENGTH: usize>(self, path: [&str; LENGTH]) -> Self {
                Self { path: Some(path.map(str::to_owned).to_vec()), ..self }
            }
        }
    };
}

/// Declares what a mutation answers: what it made or changed, or why it did not.
///
/// ```
/// # kit_graph::user_errors! {
/// #     /// Codes.
/// #     pub enum LearningErrorCode { /// It does not exist.
/// #         NotFound }
/// #     /// Errors.
/// #     pub struct LearningUserError;
/// # }
/// # #[derive(async_graphql::SimpleObject)]
/// # pub struct Course { title: String }
/// kit_graph::payload! {
///     /// What `updateCourse` answers.
///     pub struct UpdateCoursePayload refusing LearningUserError {
///         /// The course as it is now; null when there are user errors.
///         course: Course,
///     }
/// }
///
/// let done = UpdateCoursePayload::done(Course { title: "Rust".to_owned() }, Some("a".to_owned()));
/// let error = LearningUserError::new(LearningErrorCode::NotFound, "there is no such course");
/// let refused = UpdateCoursePayload::refused([error], None);
/// assert!(done.course.is_some() && refused.course.is_none());
/// ```
#[macro_export]
macro_rules! payload {
    (
        $(#[$attribute:meta])*
        pub struct $payload:ident refusing $error:ident {
            $(#[$entity_attribute:meta])*
            $entity:ident: $entity_type:ty $(,)?
        }
    ) => {
        $(#[$attribute])*
        #[derive(::async_graphql::SimpleObject)]
        pub struct $payload {
            $(#[$entity_attribute])*
            pub $entity: Option<$entity_type>,
            /// Why the request was refused; empty when it was carried out.
            pub user_errors: Vec<$error>,
            /// The input's value.
            pub client_mutation_id: Option<String>,
        }

        impl $payload {
            /// It was done.
            #[must_use]
            pub fn done($entity: $entity_type, client_mutation_id: Option<String>) -> Self {
                Self { $entity: Some($entity), user_errors: Vec::new(), client_mutation_id }
            }

            /// It was not done.
            #[must_use]
            pub fn refused(errors: impl IntoIterator<Item = $error>, client_mutation_id: Option<String>) -> Self {
                Self { $entity: None, user_errors: errors.into_iter().collect(), client_mutation_id }
            }
        }
    };
}
