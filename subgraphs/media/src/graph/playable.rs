//! What can be played.

use async_graphql::{Context, Interface, Object};
use kit_graph::{CacheControlScope, GraphError, GraphResult, RequestContext, cache_control};
use kit_ids::{LessonId, PlayableId};
use kit_viewer::Scope;

use super::file::MediaFile;
use super::payload::graph_error;
use super::stream::{AccessDenied, StreamResult, StreamTicket};
use super::values::{MediaKind, StreamProtocol};
use crate::domain;
use crate::service::Archive;
use crate::service::loaders::{DecisionFor, DecisionKey, FactsOf, ReadyFilesOf, SegmentsOf};
use crate::service::tickets::Use;

/// What can be played: lessons, episodes and movies.
#[derive(Interface)]
#[graphql(
    field(name = "id", ty = "PlayableId", desc = "Global id."),
    field(name = "title", ty = "GraphResult<String>", desc = "Title."),
    field(name = "duration_seconds", ty = "GraphResult<i32>", desc = "Length in seconds."),
    field(
        name = "media_files",
        ty = "GraphResult<Option<Vec<MediaFile>>>",
        desc = "Its files, of one kind or all.",
        arg(name = "kind", ty = "Option<MediaKind>")
    ),
    field(
        name = "stream",
        ty = "GraphResult<Option<StreamResult>>",
        desc = "An address to play it from, or why there is none for the viewer.",
        arg(name = "protocol", ty = "Option<StreamProtocol>", default_with = "Some(StreamProtocol::Progressive)")
    )
)]
pub(crate) enum Playable {
    Lesson(Lesson),
}

impl Playable {
    /// Something, when sisters have told of it.
    pub(crate) async fn known(ctx: &Context<'_>, id: PlayableId) -> GraphResult<Option<Self>> {
        Ok(ctx.load::<FactsOf>(id).await?.and_then(|_| Self::reference(id)))
    }

    /// Something, whether it is there or not: that is for its owner to say.
    pub(crate) fn reference(id: PlayableId) -> Option<Self> {
        match id {
            PlayableId::Lesson(id) => Some(Self::Lesson(Lesson(id))),
            PlayableId::Episode(_) | PlayableId::Movie(_) => None,
        }
    }
}

pub(crate) struct Lesson(pub(crate) LessonId);

/// One session of a course.
#[Object]
impl Lesson {
    /// Global id, `les_…`.
    async fn id(&self) -> PlayableId {
        self.0.into()
    }

    /// Title.
    #[graphql(external)]
    async fn title(&self) -> GraphResult<String> {
        Err(owners_own("title"))
    }

    /// Length in seconds.
    #[graphql(external)]
    async fn duration_seconds(&self) -> GraphResult<i32> {
        Err(owners_own("durationSeconds"))
    }

    /// Its files, of one kind or all.
    async fn media_files(&self, ctx: &Context<'_>, kind: Option<MediaKind>) -> GraphResult<Option<Vec<MediaFile>>> {
        media_files(ctx, self.0.into(), kind).await
    }

    /// An address to play it from, or why there is none for the viewer.
    #[graphql(
        directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
        cache_control(no_cache, private)
    )]
    async fn stream(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Some(StreamProtocol::Progressive)")] protocol: Option<StreamProtocol>,
    ) -> GraphResult<Option<StreamResult>> {
        stream(ctx, self.0.into(), protocol.unwrap_or(StreamProtocol::Progressive)).await
    }
}

/// The verified files of what is open; those of anything for holders of `media:write`.
async fn media_files(
    ctx: &Context<'_>,
    owner: PlayableId,
    kind: Option<MediaKind>,
) -> GraphResult<Option<Vec<MediaFile>>> {
    let is_open = ctx.load::<FactsOf>(owner).await?.is_some_and(|facts| facts.is_published);
    if !is_open {
        ctx.forbid_sharing();
        if !ctx.viewer().has_scope(Scope::MediaWrite) {
            return Ok(Some(Vec::new()));
        }
    }
    let files = ctx.load::<ReadyFilesOf>(owner).await?.unwrap_or_default();
    let wanted = kind.map(domain::MediaKind::from);
    Ok(Some(files.into_iter().filter(|file| wanted.is_none_or(|kind| file.kind == kind)).map(MediaFile).collect()))
}

async fn stream(
    ctx: &Context<'_>,
    playable: PlayableId,
    protocol: StreamProtocol,
) -> GraphResult<Option<StreamResult>> {
    // Whoever asks through the interface gets no policy from its fields.
    ctx.forbid_sharing();
    let decision = ctx.load::<DecisionFor>(DecisionKey::new(ctx.viewer(), playable)).await?;
    let ready = ctx.load::<ReadyFilesOf>(playable).await?.unwrap_or_default();
    let user = ctx.viewer().user_id();
    // Whoever has sent a file may always play it.
    let own = ready.iter().filter(|file| Some(file.uploader_id) == user).cloned().collect();
    let (ready, denial) = match decision {
        Some(Ok(())) => (ready, None),
        Some(Err(denial)) => (own, Some(denial)),
        None => (own, Some(domain::Denial::NotKnown)),
    };
    let segmented = match protocol {
        StreamProtocol::Hls => ctx.load_many::<SegmentsOf>(ready.iter().map(|file| file.id)).await?,
        StreamProtocol::Progressive => Default::default(),
    };
    let purpose = match protocol {
        StreamProtocol::Hls => Use::Segments,
        StreamProtocol::Progressive => Use::Play,
    };
    let archive = ctx.data_unchecked::<Archive>();
    let issued = archive.stream(ctx.viewer(), playable, &ready, |file| segmented.contains_key(&file), purpose).await;
    Ok(Some(match issued.map_err(|error| graph_error(&error))? {
        Ok(issued) => StreamResult::Ticket(Box::new(StreamTicket::of(issued))),
        Err(no_media) => StreamResult::Denied(AccessDenied::of(denial.unwrap_or(no_media), protocol)),
    }))
}

fn owners_own(field: &str) -> GraphError {
    GraphError::bad_user_input(format!("`{field}` is its owner's to answer; ask it there"))
}
