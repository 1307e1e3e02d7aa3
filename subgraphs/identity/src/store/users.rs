//! `users`, `user_roles` and `reserved_handles`.

use std::collections::{BTreeSet, HashMap};

use kit_database::{DatabaseError, Executor, Row, Transaction, Upsert};
use kit_ids::UserId;
use kit_viewer::Role;

use super::unexpected;
use crate::domain::{GridCell, User, UserStatus};

const BY_ID: &str = "SELECT * FROM users WHERE id IN (..)";
const BY_HANDLE: &str = "SELECT * FROM users WHERE handle IN (..)";
const BY_EMAIL: &str = "SELECT * FROM users WHERE email = ?";
const ROLES: &str = "SELECT user_id, role FROM user_roles WHERE user_id IN (..) ORDER BY user_id, role";
const INSERT: &str = "INSERT INTO users (id, handle, email, phone, display_name, status, version, created_at)
  VALUES (?, ?, ?, ?, ?, 'ACTIVE', ?, ?)";
const GRANT: &str = "INSERT INTO user_roles (user_id, role) VALUES (?, ?)";
const UPDATE_PROFILE: &str = "UPDATE users SET handle = ?, handle_changed_at = ?, display_name = ?, bio = ?,
  interests = ?, version = ? WHERE id = ?";
const UPDATE_AVATAR: &str = "UPDATE users SET avatar_url = ?, version = ? WHERE id = ?";
const UPDATE_HOME: &str = "UPDATE users SET nx = ?, ny = ?, version = ? WHERE id = ?";
const UPDATE_TEAM: &str = "UPDATE users SET company_id = ?, team_id = ?, version = ? WHERE id = ?";
const UPDATE_VERSION: &str = "UPDATE users SET version = ? WHERE id = ?";
const ADMINS: &str = "SELECT r.user_id FROM user_roles r JOIN users u ON u.id = r.user_id
  WHERE r.role = 'ADMIN' AND u.status = 'ACTIVE' ORDER BY r.user_id";
const REVOKE: &str = "DELETE FROM user_roles WHERE user_id = ? AND role = ?";
const RESERVED: &str =
    "SELECT 1 AS present FROM reserved_handles WHERE handle = ? AND reserved_until > ? AND user_id <> ?";
const RESERVE: Upsert = Upsert::into("reserved_handles").key(&["handle"]).replace(&["user_id", "reserved_until"]);

/// The constraint that a second account with the same address breaks.
pub(crate) const EMAIL_UNIQUE: &str = "users_email_unique";
/// The constraint that a second account with the same telephone number breaks.
pub(crate) const PHONE_UNIQUE: &str = "users_phone_unique";
/// The constraint that a second account with the same handle breaks.
pub(crate) const HANDLE_UNIQUE: &str = "users_handle_unique";

/// The users of these ids, in no order.
pub(crate) async fn by_ids(on: impl Executor<'_>, ids: &[UserId]) -> Result<Vec<User>, DatabaseError> {
    on.query(BY_ID).bind_list(ids.iter().copied()).fetch_all().await?.iter().map(user).collect()
}

/// The users of these handles, in no order.
pub(crate) async fn by_handles(on: impl Executor<'_>, handles: &[String]) -> Result<Vec<User>, DatabaseError> {
    on.query(BY_HANDLE).bind_list(handles).fetch_all().await?.iter().map(user).collect()
}

/// The user of this address, in its stored form.
pub(crate) async fn by_email(on: impl Executor<'_>, email: &str) -> Result<Option<User>, DatabaseError> {
    on.query(BY_EMAIL).bind(email).fetch_optional().await?.as_ref().map(user).transpose()
}

/// The user, locked until the transaction ends.
pub(crate) async fn lock(transaction: &mut Transaction, id: UserId) -> Result<Option<User>, DatabaseError> {
    let row = transaction.query(BY_ID).bind_list([id]).locking().fetch_optional().await?;
    row.as_ref().map(user).transpose()
}

/// The roles of these users.
pub(crate) async fn roles(
    on: impl Executor<'_>,
    ids: &[UserId],
) -> Result<HashMap<UserId, BTreeSet<Role>>, DatabaseError> {
    let mut roles: HashMap<UserId, BTreeSet<Role>> = ids.iter().map(|id| (*id, BTreeSet::new())).collect();
    for row in on.query(ROLES).bind_list(ids.iter().copied()).fetch_all().await? {
        let name: String = row.get("role")?;
        let role = name.parse().map_err(|_| unexpected("role", "the name of a role", &name))?;
        roles.entry(row.get("user_id")?).or_default().insert(role);
    }
    Ok(roles)
}

/// Writes a new user.
pub(crate) async fn insert(transaction: &mut Transaction, user: &User) -> Result<(), DatabaseError> {
    let insert = transaction.query(INSERT).bind(user.id).bind(&user.handle).bind(&user.email).bind(user.phone.clone());
    insert.bind(&user.display_name).bind(user.version).bind(user.created_at).execute().await.map(drop)
}

/// Gives a user a role that it does not have.
pub(crate) async fn grant(transaction: &mut Transaction, id: UserId, role: Role) -> Result<(), DatabaseError> {
    transaction.query(GRANT).bind(id).bind(role.name()).execute().await.map(drop)
}

/// Writes what a profile consists of.
pub(crate) async fn update_profile(transaction: &mut Transaction, user: &User) -> Result<(), DatabaseError> {
    let update = transaction.query(UPDATE_PROFILE).bind(&user.handle).bind(user.handle_changed_at);
    let update = update.bind(&user.display_name).bind(user.bio.clone());
    update.bind(serde_json::to_string(&user.interests)?).bind(user.version).bind(user.id).execute().await.map(drop)
}

/// Writes the address of a user's picture.
pub(crate) async fn update_avatar(transaction: &mut Transaction, user: &User) -> Result<(), DatabaseError> {
    let update = transaction.query(UPDATE_AVATAR).bind(user.avatar_url.clone()).bind(user.version);
    update.bind(user.id).execute().await.map(drop)
}

/// Writes where a user lives.
pub(crate) async fn update_home(transaction: &mut Transaction, user: &User) -> Result<(), DatabaseError> {
    let (nx, ny) = (user.home.map(|home| home.nx), user.home.map(|home| home.ny));
    let update = transaction.query(UPDATE_HOME).bind(nx.map(i64::from)).bind(ny.map(i64::from));
    update.bind(user.version).bind(user.id).execute().await.map(drop)
}

/// Writes where a user belongs.
pub(crate) async fn update_team(transaction: &mut Transaction, user: &User) -> Result<(), DatabaseError> {
    let update = transaction.query(UPDATE_TEAM).bind(user.company_id).bind(user.team_id);
    update.bind(user.version).bind(user.id).execute().await.map(drop)
}

/// The administrators whose accounts are in use, locked until the transaction ends: of two who would each take the role
/// from one of the last two, the second one waits and sees that one is left. Lock them before any other user.
pub(crate) async fn lock_admins(transaction: &mut Transaction) -> Result<Vec<UserId>, DatabaseError> {
    transaction.query(ADMINS).locking().fetch_all().await?.iter().map(|row| row.get("user_id")).collect()
}

/// Writes the roles of a user, who has these now, with the version that tokens carry from now on.
pub(crate) async fn replace_roles(
    transaction: &mut Transaction,
    user: &User,
    (present, next): (&BTreeSet<Role>, &BTreeSet<Role>),
) -> Result<(), DatabaseError> {
    for role in present.difference(next) {
        transaction.query(REVOKE).bind(user.id).bind(role.name()).execute().await?;
    }
    for role in next.difference(present) {
        grant(transaction, user.id, *role).await?;
    }
    transaction.query(UPDATE_VERSION).bind(user.version).bind(user.id).execute().await.map(drop)
}

/// Whether somebody else has given the handle up lately.
pub(crate) async fn is_reserved(
    transaction: &mut Transaction,
    handle: &str,
    for_user: UserId,
    now: i64,
) -> Result<bool, DatabaseError> {
    Ok(transaction.query(RESERVED).bind(handle).bind(now).bind(for_user).fetch_optional().await?.is_some())
}

/// Keeps a handle for the user who gives it up.
pub(crate) async fn reserve(
    transaction: &mut Transaction,
    handle: &str,
    id: UserId,
    until: i64,
) -> Result<(), DatabaseError> {
    transaction.upsert(&RESERVE).bind(handle).bind(id).bind(until).execute().await.map(drop)
}

pub(super) fn user(row: &Row) -> Result<User, DatabaseError> {
    let status: String = row.get("status")?;
    let status: UserStatus = status.parse().map_err(|()| unexpected("status", "the name of a status", &status))?;
    let (nx, ny): (Option<i64>, Option<i64>) = (row.get("nx")?, row.get("ny")?);
    let cell = |(nx, ny)| Some(GridCell { nx: i32::try_from(nx).ok()?, ny: i32::try_from(ny).ok()? });
    Ok(User {
        id: row.get("id")?,
        handle: row.get("handle")?,
        handle_changed_at: row.get("handle_changed_at")?,
        email: row.get("email")?,
        phone: row.get("phone")?,
        display_name: row.get("display_name")?,
        avatar_url: row.get("avatar_url")?,
        bio: row.get("bio")?,
        interests: serde_json::from_str(&row.get::<String>("interests")?)?,
        company_id: row.get("company_id")?,
        team_id: row.get("team_id")?,
        home: nx.zip(ny).and_then(cell),
        status,
        version: row.get("version")?,
        created_at: row.get("created_at")?,
    })
}
