//! Where writing begins.

use async_graphql::{Context, Object};
use kit_graph::{GraphResult, RequestContext, RequireScope, RequireUser, authenticated};
use kit_service::CallContext;
use kit_viewer::Scope;

use super::file::MediaFile;
use super::input::{
    AttachMediaInput, CompleteUploadInput, CreateDownloadInput, CreateUploadInput, DeleteMediaFileInput, SetAvatarInput,
};
use super::payload::{
    AttachMediaPayload, CompleteUploadPayload, CreateDownloadPayload, CreateUploadPayload, DeleteMediaFilePayload,
    SetAvatarPayload,
};
use super::stream::StreamTicket;
use super::upload::Upload;
use super::user::User;
use crate::service::Archive;

pub(crate) struct Mutation;

/// What can be changed; mutations of one request run one after the other.
#[Object]
impl Mutation {
    /// Announces a file and gets an address to send it to; attaching it to something needs media:write.
    #[graphql(guard = "RequireUser", directive = authenticated::apply())]
    async fn create_upload(
        &self,
        ctx: &Context<'_>,
        input: CreateUploadInput,
    ) -> GraphResult<Option<CreateUploadPayload>> {
        let echo = input.client_mutation_id.clone();
        let announced = archive(ctx).announce(&input.into(), ctx.call()).await;
        CreateUploadPayload::of(announced.map(Upload::from), echo)
    }

    /// Says that everything was sent; the file is verified.
    #[graphql(guard = "RequireUser", directive = authenticated::apply())]
    async fn complete_upload(
        &self,
        ctx: &Context<'_>,
        input: CompleteUploadInput,
    ) -> GraphResult<Option<CompleteUploadPayload>> {
        let echo = input.client_mutation_id.clone();
        let completed = archive(ctx).complete(&input.into(), ctx.call()).await;
        CompleteUploadPayload::of(completed.map(MediaFile), echo)
    }

    /// Deletes a file; its bytes go after seven days.
    #[graphql(guard = "RequireUser", directive = authenticated::apply())]
    async fn delete_media_file(
        &self,
        ctx: &Context<'_>,
        input: DeleteMediaFileInput,
    ) -> GraphResult<Option<DeleteMediaFilePayload>> {
        let deleted = archive(ctx).delete(input.file_id, ctx.call()).await;
        DeleteMediaFilePayload::of(deleted.map(MediaFile), input.client_mutation_id)
    }

    /// Makes a file belong to something that can be played.
    #[graphql(requires_scopes = "media:write", guard = "RequireScope(Scope::MediaWrite)")]
    async fn attach_media(
        &self,
        ctx: &Context<'_>,
        input: AttachMediaInput,
    ) -> GraphResult<Option<AttachMediaPayload>> {
        let attached = archive(ctx).attach(input.file_id, input.owner_id, ctx.call()).await;
        AttachMediaPayload::of(attached.map(MediaFile), input.client_mutation_id)
    }

    /// Makes an uploaded picture the viewer's avatar.
    #[graphql(guard = "RequireUser", directive = authenticated::apply())]
    async fn set_avatar(&self, ctx: &Context<'_>, input: SetAvatarInput) -> GraphResult<Option<SetAvatarPayload>> {
        let user = User(ctx.viewer().require_user()?.id);
        let set = archive(ctx).set_avatar(input.file_id, ctx.call()).await;
        SetAvatarPayload::of(set.map(|()| user), input.client_mutation_id)
    }

    /// Gets an address to download a file from.
    #[graphql(guard = "RequireUser", directive = authenticated::apply())]
    async fn create_download(
        &self,
        ctx: &Context<'_>,
        input: CreateDownloadInput,
    ) -> GraphResult<Option<CreateDownloadPayload>> {
        let echo = input.client_mutation_id.clone();
        let issued = archive(ctx).download(&input.into(), ctx.call()).await;
        CreateDownloadPayload::of(issued.map(StreamTicket::of), echo)
    }
}

fn archive<'c>(ctx: &'c Context<'_>) -> &'c Archive {
    ctx.data_unchecked()
}
