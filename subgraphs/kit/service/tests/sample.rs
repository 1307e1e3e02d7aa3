//! A subgraph that keeps notes: the smallest one that has everything.

use std::collections::HashMap;
use std::time::Duration;

use async_graphql::{Context, InputObject, Object, SchemaBuilder};
use async_trait::async_trait;
use axum::routing::{get, post};
use axum::{Extension, Router};
use http::StatusCode;
use kit_database::{Database, DatabaseError, Executor, MigrationFile, Migrations, Row, Transaction, in_transaction};
use kit_events::{Consumer, Event, HandlerError, NewEvent, outbox};
use kit_graph::{
    BatchLoad, CacheControlScope, GraphError, GraphResult, Implements, Loaders, Node, RequestContext, UserError,
    cache_control, export_sdl, schema,
};
use kit_ids::MessageId;
use kit_paging::{Order, PageArguments, PageRequest, PagingContext, Position};
use kit_service::{BuildError, Call, CallContext, Offer, Problem, ServiceContext, Subgraph, WorkError, Worker};
use serde_json::json;
use tokio::sync::Semaphore;

pub(crate) const SUBGRAPH: Subgraph = Subgraph {
    name: "notes",
    migrations: Migrations {
        set: "notes",
        files: &[MigrationFile {
            name: "0001_notes",
            sqlite: "CREATE TABLE notes (id BLOB PRIMARY KEY, body TEXT NOT NULL, heard INTEGER NOT NULL) STRICT",
            mysql: "CREATE TABLE notes (id BINARY(16) PRIMARY KEY, body VARCHAR(200) NOT NULL, heard BIGINT NOT NULL)",
        }],
    },
    sdl: || export_sdl(&builder().finish()),
    build: |context| Box::pin(build(context)),
};

/// Lets through the requests that wait at `GET /wait`.
pub(crate) static GATE: Semaphore = Semaphore::const_new(0);
/// Counts the requests that have come to the gate.
pub(crate) static ARRIVED: Semaphore = Semaphore::const_new(0);

async fn build(context: ServiceContext) -> Result<Offer, BuildError> {
    let service = NoteService { context: context.clone() };
    let schema = builder().data(context.cursor_key()).data(service).finish();
    let database = context.database.clone();
    let routes =
        Router::new().route("/notes/v1/viewer", post(viewer)).route("/wait", get(wait)).route("/never", get(never));
    Ok(Offer::new(schema, move || Loaders::new().with(NoteById(database.clone())))
        .with_rest(routes)
        .with_consumer(Hears)
        .with_worker(Forgets(context.database)))
}

fn builder() -> SchemaBuilder<Query, Mutation, async_graphql::EmptySubscription> {
    schema(Query, Mutation)
        .register_output_type::<Implements<Node, Note>>()
        .register_output_type::<Implements<UserError, NotesUserError>>()
}

// --- service and store

#[derive(Debug, Clone)]
struct NoteRow {
    id: MessageId,
    body: String,
}

impl NoteRow {
    fn read(row: &Row) -> Result<Self, DatabaseError> {
        Ok(Self { id: row.get("id")?, body: row.get("body")? })
    }
}

const BY_ID: Order = Order::new("notes.by_id", &[], "id");

struct NoteService {
    context: ServiceContext,
}

impl NoteService {
    async fn write(&self, call: &Call, body: String) -> Result<NoteRow, DatabaseError> {
        let id = self.context.ids.mint();
        in_transaction!(self.context.database, |transaction| {
            let insert = "INSERT INTO notes (id, body, heard) VALUES (?, ?, 0)";
            transaction.query(insert).bind(id).bind(&body).execute().await?;
            let event = NewEvent {
                kind: "notes.note.written.v1",
                subject: id.to_string(),
                time: self.context.clock.now(),
                data: json!({ "body": body }),
            };
            outbox::append(transaction, &call.origin, event).await?;
            Ok(NoteRow { id, body: body.clone() })
        })
    }

    async fn page(&self, page: &PageRequest) -> Result<Vec<NoteRow>, DatabaseError> {
        let keyset = BY_ID.keyset(page);
        let sql = format!("SELECT id, body FROM notes WHERE {} ORDER BY {} LIMIT ?", keyset.condition, keyset.order_by);
        let rows = keyset.bind_to(self.context.database.query_assembled(sql)).bind(keyset.limit).fetch_all().await?;
        rows.iter().map(NoteRow::read).collect()
    }
}

struct NoteById(Database);

impl BatchLoad for NoteById {
    type Key = MessageId;
    type Value = NoteRow;
    type Error = DatabaseError;

    async fn load(&self, ids: &[MessageId]) -> Result<HashMap<MessageId, NoteRow>, DatabaseError> {
        let select = "SELECT id, body FROM notes WHERE id IN (..)";
        let rows = self.0.query(select).bind_list(ids.iter().copied()).fetch_all().await?;
        rows.iter().map(|row| NoteRow::read(row).map(|note| (note.id, note))).collect()
    }
}

/// Counts in the row that its own event has come back.
struct Hears;

#[async_trait]
impl Consumer for Hears {
    fn name(&self) -> &'static str {
        "notes"
    }

    fn wants(&self, kind: &str) -> bool {
        kind == "notes.note.written.v1"
    }

    async fn handle(&self, event: &Event, transaction: &mut Transaction) -> Result<(), HandlerError> {
        let id: MessageId = event.subject.parse().map_err(|error| HandlerError::Rejected(format!("{error}")))?;
        let update = "UPDATE notes SET heard = heard + 1 WHERE id = ?";
        let is_there = transaction.query(update).bind(id).execute().await?.rows == 1;
        transaction.signal_on_commit("heard");
        is_there.then_some(()).ok_or_else(|| HandlerError::Rejected("there is no such note".to_owned()))
    }
}

/// Removes the notes that were written more than a day ago; it fails as long as one of them says so.
struct Forgets(Database);

#[async_trait]
impl Worker for Forgets {
    fn name(&self) -> &'static str {
        "forgets"
    }

    fn interval(&self) -> Duration {
        Duration::from_secs(60 * 60)
    }

    async fn run(&self, now: i64) -> Result<u64, WorkError> {
        let day = 24 * 60 * 60 * 1_000_000;
        let rows = self.0.query("SELECT id, body FROM notes").fetch_all().await?;
        let notes = rows.iter().map(NoteRow::read).collect::<Result<Vec<_>, _>>()?;
        if notes.iter().any(|note| note.body == "unforgettable") {
            return Err("there is something unforgettable".into());
        }
        let mut forgotten = 0;
        for note in notes {
            if note.id.time_us() + day < now {
                forgotten += self.0.query("DELETE FROM notes WHERE id = ?").bind(note.id).execute().await?.rows;
            }
        }
        Ok(forgotten)
    }
}

// --- graph

kit_graph::user_errors! {
    /// Why notes refuses what a mutation asks for.
    pub enum NotesErrorCode {
        /// There is nothing in it.
        Empty,
    }
    /// A refusal by notes.
    pub struct NotesUserError;
}

kit_graph::payload! {
    /// What `writeNote` answers.
    pub struct WriteNotePayload refusing NotesUserError {
        /// The note; null when refused.
        note: Note,
    }
}

kit_paging::connection! {
    /// Notes, page by page.
    pub struct NoteConnection;
    /// One entry of a NoteConnection.
    pub struct NoteEdge for Note;
}

pub(crate) struct Note(NoteRow);

/// A note.
#[Object(directive = cache_control::apply(Some(60), Some(CacheControlScope::Public)), cache_control(max_age = 60))]
impl Note {
    /// Global id.
    async fn id(&self) -> MessageId {
        self.0.id
    }

    /// What it says.
    async fn body(&self) -> &str {
        &self.0.body
    }
}

pub(crate) struct Query;

/// What can be asked.
#[Object]
impl Query {
    /// A note by id.
    async fn note(&self, ctx: &Context<'_>, id: MessageId) -> GraphResult<Option<Note>> {
        Ok(ctx.load::<NoteById>(id).await?.map(Note))
    }

    /// All notes, oldest first.
    async fn notes(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> GraphResult<NoteConnection> {
        let page = PageArguments::new(first, after, last, before).parse(&BY_ID, ctx.cursor_key())?;
        let rows = ctx.data_unchecked::<NoteService>().page(&page).await;
        let rows = page.page(rows.map_err(|error| GraphError::internal(&error))?);
        Ok(NoteConnection::new(rows, None, |row| {
            let cursor = ctx.cursor_key().cursor(&BY_ID, &Position::new([], row.id));
            NoteEdge { cursor, node: Note(row) }
        }))
    }

    /// The id of the viewer.
    async fn viewer(&self, ctx: &Context<'_>) -> Option<String> {
        ctx.viewer().user_id().map(|id| id.to_string())
    }

    /// A fault.
    async fn panics(&self) -> Option<i32> {
        let sample: Vec<i32> = Vec::new();
        Some(sample[sample.len()])
    }

    #[graphql(entity)]
    async fn find_note_by_id(&self, ctx: &Context<'_>, #[graphql(key)] id: MessageId) -> GraphResult<Option<Note>> {
        Ok(ctx.load::<NoteById>(id).await?.map(Note))
    }
}

/// What `writeNote` needs.
#[derive(InputObject)]
pub(crate) struct WriteNoteInput {
    /// What it says.
    body: String,
    /// Echoed in the payload.
    client_mutation_id: Option<String>,
}

pub(crate) struct Mutation;

/// What can be changed.
#[Object]
impl Mutation {
    /// Writes a note.
    async fn write_note(&self, ctx: &Context<'_>, input: WriteNoteInput) -> GraphResult<Option<WriteNotePayload>> {
        ctx.viewer().require_user()?;
        if input.body.is_empty() {
            let error = NotesUserError::new(NotesErrorCode::Empty, "a note says something").at(["input", "body"]);
            return Ok(Some(WriteNotePayload::refused([error], input.client_mutation_id)));
        }
        let written = ctx.data_unchecked::<NoteService>().write(ctx.call(), input.body).await;
        let note = Note(written.map_err(|error| GraphError::internal(&error))?);
        Ok(Some(WriteNotePayload::done(note, input.client_mutation_id)))
    }
}

// --- rest

async fn viewer(Extension(call): Extension<Call>, body: String) -> Result<String, Problem> {
    match call.viewer.user_id() {
        Some(id) => Ok(format!("{id} {body}")),
        None => Err(Problem::new(StatusCode::UNAUTHORIZED, "SIGN_IN_REQUIRED")
            .with_detail("sign in first")
            .with_error("/email", "is missing")),
    }
}

async fn never() {
    std::future::pending::<()>().await;
}

async fn wait() -> &'static str {
    ARRIVED.add_permits(1);
    GATE.acquire().await.expect("the gate is never closed").forget();
    "through"
}
