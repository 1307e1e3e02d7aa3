//! `partners`.

use std::collections::BTreeSet;

use kit_database::{DatabaseError, Executor, Row, Transaction};
use kit_paging::{Order, PageRequest, Position, SortKey};
use kit_viewer::Scope;

use super::{beginning, partner_secrets, unexpected};
use crate::domain::{ClientId, Partner, PartnerId, PartnerTerms, StoredSecret};

/// Partners by name.
pub(crate) const PARTNERS_BY_NAME: Order = Order::new("partners.name", &[SortKey::ascending("p.name")], "p.id");

const BY_ID: &str = "SELECT * FROM partners WHERE id IN (..)";
/// In one statement, so that a client that nobody knows takes no less time than another.
const WITH_SECRETS: &str = "SELECT p.*, s.id AS secret_id, s.hash, s.created_at AS secret_created_at,
    s.expires_at AS secret_expires_at, s.last_used_at AS secret_last_used_at
  FROM partners p LEFT JOIN partner_secrets s ON s.client_id = p.client_id WHERE p.client_id = ?
  ORDER BY s.created_at, s.id";
const INSERT: &str =
    "INSERT INTO partners (client_id, id, name, scopes, contract, operations_per_second, cost_per_minute,
  expires_at, disabled_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
const UPDATE: &str = "UPDATE partners SET name = ?, scopes = ?, contract = ?, operations_per_second = ?,
  cost_per_minute = ?, expires_at = ?, disabled_at = ? WHERE client_id = ?";
const USED: &str = "UPDATE partners SET last_used_at = ? WHERE client_id = ?";

/// The name or the client id begins with a text, which is empty when each will do.
const NAMED: &str = "(p.name LIKE ? ESCAPE '!' OR LOWER(p.name) LIKE ? ESCAPE '!' OR p.client_id LIKE ? ESCAPE '!')";

/// The partners of these ids, in no order.
pub(crate) async fn by_ids(on: impl Executor<'_>, ids: &[PartnerId]) -> Result<Vec<Partner>, DatabaseError> {
    on.query(BY_ID).bind_list(ids.iter().copied()).fetch_all().await?.iter().map(partner).collect()
}

/// The partner of this client id, and all secrets that are kept of it, oldest first.
pub(crate) async fn with_secrets(
    on: impl Executor<'_>,
    client_id: &ClientId,
) -> Result<Option<(Partner, Vec<StoredSecret>)>, DatabaseError> {
    let rows = on.query(WITH_SECRETS).bind(client_id.as_str()).fetch_all().await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let secrets: Result<Vec<_>, _> = rows.iter().filter_map(|row| partner_secrets::joined(row).transpose()).collect();
    Ok(Some((partner(first)?, secrets?)))
}

/// The partner of this id, locked until the transaction ends.
pub(crate) async fn lock(transaction: &mut Transaction, id: PartnerId) -> Result<Option<Partner>, DatabaseError> {
    let row = transaction.query(BY_ID).bind_list([id]).locking().fetch_optional().await?;
    row.as_ref().map(partner).transpose()
}

/// Writes a new partner.
pub(crate) async fn insert(transaction: &mut Transaction, partner: &Partner) -> Result<(), DatabaseError> {
    let Partner { terms, .. } = partner;
    let insert = transaction.query(INSERT).bind(partner.client_id.as_str()).bind(partner.id).bind(&terms.name);
    let insert = insert.bind(names(&terms.scopes)).bind(terms.contract.as_deref()).bind(terms.operations_per_second);
    let insert = insert.bind(terms.cost_per_minute).bind(terms.expires_at).bind(partner.disabled_at);
    insert.bind(partner.created_at).execute().await.map(drop)
}

/// Writes what of a partner can change.
pub(crate) async fn update(transaction: &mut Transaction, partner: &Partner) -> Result<(), DatabaseError> {
    let Partner { terms, .. } = partner;
    let update = transaction.query(UPDATE).bind(&terms.name).bind(names(&terms.scopes)).bind(terms.contract.as_deref());
    let update = update.bind(terms.operations_per_second).bind(terms.cost_per_minute).bind(terms.expires_at);
    update.bind(partner.disabled_at).bind(partner.client_id.as_str()).execute().await.map(drop)
}

/// Notes that a partner was given a token.
pub(crate) async fn used(transaction: &mut Transaction, client_id: &ClientId, now: i64) -> Result<(), DatabaseError> {
    transaction.query(USED).bind(now).bind(client_id.as_str()).execute().await.map(drop)
}

/// One page of the partners, of those whose name or client id begins with a text when it is given.
pub(crate) async fn page(
    on: impl Executor<'_>,
    text: Option<&str>,
    page: &PageRequest,
) -> Result<Vec<Partner>, DatabaseError> {
    let keyset = PARTNERS_BY_NAME.keyset(page);
    let sql = format!(
        "SELECT p.* FROM partners p WHERE {NAMED} AND {} ORDER BY {} LIMIT ?",
        keyset.condition, keyset.order_by
    );
    let query = patterns(text).into_iter().fold(on.query_assembled(sql), kit_database::Query::bind);
    keyset.bind_to(query).bind(keyset.limit).fetch_all().await?.iter().map(partner).collect()
}

/// How many partners there are, of those whose name or client id begins with a text when it is given.
pub(crate) async fn count(on: impl Executor<'_>, text: Option<&str>) -> Result<i64, DatabaseError> {
    let query = on.query_assembled(format!("SELECT COUNT(*) AS partners FROM partners p WHERE {NAMED}"));
    patterns(text).into_iter().fold(query, kit_database::Query::bind).fetch_one().await?.get("partners")
}

/// Where a partner stands in [`PARTNERS_BY_NAME`].
pub(crate) fn position(partner: &Partner) -> Position {
    Position::new([partner.terms.name.as_str().into()], partner.id)
}

/// A name as it is typed, and whatever its case; and a client id.
fn patterns(text: Option<&str>) -> [String; 3] {
    let text = text.unwrap_or_default();
    let lower = beginning(&text.to_lowercase());
    [beginning(text), lower.clone(), lower]
}

fn names(scopes: &BTreeSet<Scope>) -> String {
    scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(" ")
}

fn partner(row: &Row) -> Result<Partner, DatabaseError> {
    let (client_id, scopes): (String, String) = (row.get("client_id")?, row.get("scopes")?);
    let read: Result<BTreeSet<Scope>, _> = scopes.split_whitespace().map(str::parse).collect();
    let terms = PartnerTerms {
        name: row.get("name")?,
        scopes: read.map_err(|_| unexpected("scopes", "names of scopes", &scopes))?,
        contract: row.get("contract")?,
        operations_per_second: row.get("operations_per_second")?,
        cost_per_minute: row.get("cost_per_minute")?,
        expires_at: row.get("expires_at")?,
    };
    Ok(Partner {
        id: row.get("id")?,
        client_id: ClientId::parse(&client_id).map_err(|_| unexpected("client_id", "a client id", &client_id))?,
        terms,
        disabled_at: row.get("disabled_at")?,
        created_at: row.get("created_at")?,
        last_used_at: row.get("last_used_at")?,
    })
}
