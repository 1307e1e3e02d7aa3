//! `media_files`.

use kit_database::{DatabaseError, Executor, Row, Transaction};
use kit_ids::{MediaFileId, PlayableId, UserId};
use kit_names::Named;
use kit_paging::{Order, Position, SortKey, Window};

use crate::domain::{MediaFile, MediaKind, MediaStatus, Sha256Hash};

const BY_ID: &str = "SELECT * FROM media_files WHERE id IN (..)";
const READY_OF: &str = "SELECT * FROM media_files WHERE owner_id IN (..) AND status = 'READY'
  ORDER BY ready_at DESC, id DESC";
const INSERT: &str =
    "INSERT INTO media_files (id, owner_kind, owner_id, kind, status, file_name, content_type, byte_size,
  sha256, storage_key, uploader_id, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
const MAKE_READY: &str = "UPDATE media_files SET status = 'READY', object_key = ?, duration_seconds = ?, ready_at = ?
  WHERE id = ? AND status = 'PENDING'";
const FAIL: &str = "UPDATE media_files SET status = 'FAILED' WHERE id = ? AND status = 'PENDING'";
const DELETE: &str = "UPDATE media_files SET status = 'DELETED', deleted_at = ? WHERE id = ? AND status <> 'DELETED'";
const ATTACH: &str = "UPDATE media_files SET owner_kind = ?, owner_id = ? WHERE id = ? AND status = 'READY'";
const PUBLISH: &str = "UPDATE media_files SET is_public = ? WHERE id = ?";
const CLOSE_AVATARS: &str = "UPDATE media_files SET is_public = 0
  WHERE uploader_id = ? AND owner_id IS NULL AND is_public = 1 AND id <> ?";
const DUE: &str = "SELECT * FROM media_files WHERE status = 'DELETED' AND deleted_at <= ? AND purged_at IS NULL
  ORDER BY deleted_at LIMIT ?";
const PURGE: &str = "UPDATE media_files SET purged_at = ?, object_key = NULL WHERE id = ? AND purged_at IS NULL";
const SHARING: &str = "SELECT COUNT(*) AS n FROM media_files WHERE object_key = ? AND purged_at IS NULL";
const COUNT_OF: &str = "SELECT uploader_id, COUNT(*) AS n FROM media_files
  WHERE uploader_id IN (..) AND status <> 'DELETED' GROUP BY uploader_id";

/// Newest first.
pub(crate) const NEWEST: Order = Order::new("media.newest", &[SortKey::descending("f.created_at")], "f.id");

/// Where a file stands in [`NEWEST`].
pub(crate) fn position(file: &MediaFile) -> Position {
    Position::new([file.created_at.into()], file.id)
}

/// The files of these ids, in no order.
pub(crate) async fn by_ids(on: impl Executor<'_>, ids: &[MediaFileId]) -> Result<Vec<MediaFile>, DatabaseError> {
    on.query(BY_ID).bind_list(ids.iter().copied()).fetch_all().await?.iter().map(file).collect()
}

/// A file, kept from others while the transaction lasts.
pub(crate) async fn lock(transaction: &mut Transaction, id: MediaFileId) -> Result<Option<MediaFile>, DatabaseError> {
    let found = transaction.query(BY_ID).bind_list([id]).locking().fetch_optional().await?;
    found.as_ref().map(file).transpose()
}

/// The verified files of these owners, newest first.
pub(crate) async fn ready_of(on: impl Executor<'_>, owners: &[PlayableId]) -> Result<Vec<MediaFile>, DatabaseError> {
    let rows = on.query(READY_OF).bind_list(owners.iter().map(|owner| owner.to_bytes())).fetch_all().await?;
    rows.iter().map(file).collect()
}

/// One page of the files that each of these people has sent.
pub(crate) async fn windows(
    on: impl Executor<'_>,
    users: &[UserId],
    window: &Window<()>,
) -> Result<Vec<(UserId, MediaFile)>, DatabaseError> {
    let keyset = NEWEST.keyset(&window.page);
    let sql = format!(
        "SELECT * FROM (
           SELECT f.*, ROW_NUMBER() OVER (PARTITION BY f.uploader_id ORDER BY {}) AS place
           FROM media_files f WHERE f.uploader_id IN (..) AND f.status <> 'DELETED' AND {}
         ) ranked WHERE place <= ? ORDER BY place",
        keyset.order_by, keyset.condition
    );
    let query = on.query_assembled(sql).bind_list(users.iter().copied());
    let rows = keyset.bind_to(query).bind(keyset.limit).fetch_all().await?;
    rows.iter().map(|row| file(row).map(|file| (file.uploader_id, file))).collect()
}

/// How many files these people have sent; people without any are missing.
pub(crate) async fn count_of(on: impl Executor<'_>, users: &[UserId]) -> Result<Vec<(UserId, i64)>, DatabaseError> {
    let rows = on.query(COUNT_OF).bind_list(users.iter().copied()).fetch_all().await?;
    rows.iter().map(|row| Ok((row.get("uploader_id")?, row.get("n")?))).collect()
}

/// Writes an announced file.
pub(crate) async fn insert(transaction: &mut Transaction, new: &MediaFile) -> Result<(), DatabaseError> {
    let insert = transaction.query(INSERT).bind(new.id);
    let insert = insert.bind(new.owner.map(PlayableId::prefix)).bind(new.owner.map(PlayableId::to_bytes));
    let insert = insert.bind(new.kind.name()).bind(new.status.name()).bind(&new.file_name).bind(&new.content_type);
    let insert = insert.bind(new.byte_size).bind(new.sha256.0).bind(&new.storage_key).bind(new.uploader_id);
    insert.bind(new.created_at).execute().await.map(drop)
}

/// Notes that a file is verified; false when it is no longer awaited.
pub(crate) async fn make_ready(
    transaction: &mut Transaction,
    id: MediaFileId,
    object_key: &str,
    duration_seconds: Option<i64>,
    now: i64,
) -> Result<bool, DatabaseError> {
    let update = transaction.query(MAKE_READY).bind(object_key).bind(duration_seconds).bind(now).bind(id);
    Ok(update.execute().await?.rows > 0)
}

/// Notes that a file did not come; false when it is no longer awaited.
pub(crate) async fn fail(transaction: &mut Transaction, id: MediaFileId) -> Result<bool, DatabaseError> {
    Ok(transaction.query(FAIL).bind(id).execute().await?.rows > 0)
}

/// Marks a file as deleted; false when it was.
pub(crate) async fn delete(transaction: &mut Transaction, id: MediaFileId, now: i64) -> Result<bool, DatabaseError> {
    Ok(transaction.query(DELETE).bind(now).bind(id).execute().await?.rows > 0)
}

/// Makes a verified file belong to something.
pub(crate) async fn attach(
    transaction: &mut Transaction,
    id: MediaFileId,
    owner: PlayableId,
) -> Result<(), DatabaseError> {
    transaction.query(ATTACH).bind(owner.prefix()).bind(owner.to_bytes()).bind(id).execute().await.map(drop)
}

/// Opens a file to everyone, or closes it again.
pub(crate) async fn publish(
    transaction: &mut Transaction,
    id: MediaFileId,
    is_public: bool,
) -> Result<(), DatabaseError> {
    transaction.query(PUBLISH).bind(is_public).bind(id).execute().await.map(drop)
}

/// Closes the pictures that were somebody's avatar before this one.
pub(crate) async fn close_avatars(
    transaction: &mut Transaction,
    user: UserId,
    but: MediaFileId,
) -> Result<(), DatabaseError> {
    transaction.query(CLOSE_AVATARS).bind(user).bind(but).execute().await.map(drop)
}

/// Files that were deleted by a moment and whose bytes are still there.
pub(crate) async fn due(on: impl Executor<'_>, deleted_by: i64, limit: i64) -> Result<Vec<MediaFile>, DatabaseError> {
    on.query(DUE).bind(deleted_by).bind(limit).fetch_all().await?.iter().map(file).collect()
}

/// Notes that the bytes of a file go; false when they had gone.
pub(crate) async fn purge(transaction: &mut Transaction, id: MediaFileId, now: i64) -> Result<bool, DatabaseError> {
    Ok(transaction.query(PURGE).bind(now).bind(id).execute().await?.rows > 0)
}

/// How many files have their bytes there.
pub(crate) async fn sharing(on: impl Executor<'_>, object_key: &str) -> Result<i64, DatabaseError> {
    on.query(SHARING).bind(object_key).fetch_one().await?.get("n")
}

fn file(row: &Row) -> Result<MediaFile, DatabaseError> {
    let kind: MediaKind = row.get_named("kind")?;
    let status: MediaStatus = row.get_named("status")?;
    Ok(MediaFile {
        id: row.get("id")?,
        owner: owner(row)?,
        kind,
        status,
        file_name: row.get("file_name")?,
        content_type: row.get("content_type")?,
        byte_size: row.get("byte_size")?,
        sha256: Sha256Hash(row.get("sha256")?),
        storage_key: row.get("storage_key")?,
        object_key: row.get("object_key")?,
        duration_seconds: row.get("duration_seconds")?,
        uploader_id: row.get("uploader_id")?,
        is_public: row.get("is_public")?,
        created_at: row.get("created_at")?,
        ready_at: row.get("ready_at")?,
    })
}

fn owner(row: &Row) -> Result<Option<PlayableId>, DatabaseError> {
    let (kind, id): (Option<String>, Option<[u8; 16]>) = (row.get("owner_kind")?, row.get("owner_id")?);
    let (Some(kind), Some(id)) = (kind, id) else { return Ok(None) };
    PlayableId::from_parts(&kind, id).map(Some).map_err(|_| DatabaseError::Column {
        column: "owner_kind".to_owned(),
        expected: "the prefix of something that can be played",
        found: kind,
    })
}
