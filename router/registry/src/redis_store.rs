//! Registered operations on a Redis server, for routers on several hosts that have one already.
//!
//! All keys lie below one name, and each client has a hash of its own, from ids to texts; an id is a field, never a part of a
//! key (PQ-03). What is read and what is changed is one script each, which the server runs at one moment. Nothing here
//! expires: the server must persist, and evict nothing.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, RedisError, Script};

use crate::snapshot::{Conflict, OPERATIONS_MAX};
use crate::{
    ClientName, OperationSet, Published, RegisteredOperation, RegistryError, RegistryStore, Snapshot, Version,
};

/// The longest wait for a connection, or for an answer.
const PATIENCE: Duration = Duration::from_secs(10);
const CLIENTS: &str = "{lyceum:registered-operations}:clients";
const CHANGES: &str = "{lyceum:registered-operations}:changes";

/// The count of changes, and each client with its ids, texts and names in turn.
const LOAD: &str = "
local found = {}
for _, client in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  table.insert(found, {client, redis.call('HGETALL', ARGV[1] .. client), redis.call('HGETALL', ARGV[2] .. client)})
end
return {redis.call('GET', KEYS[2]) or '0', found}";

/// All or nothing: looks at every operation before it writes the first.
const PUBLISH: &str = "
local added = 0
for at = 3, #ARGV, 3 do
  local text = redis.call('HGET', KEYS[3], ARGV[at])
  if not text then added = added + 1 elseif text ~= ARGV[at + 1] then return {-1, ARGV[at]} end
end
if redis.call('HLEN', KEYS[3]) + added > tonumber(ARGV[2]) then return {-2, ''} end
for at = 3, #ARGV, 3 do
  if redis.call('HSETNX', KEYS[3], ARGV[at], ARGV[at + 1]) == 1 and ARGV[at + 2] ~= '' then
    redis.call('HSET', KEYS[4], ARGV[at], ARGV[at + 2])
  end
end
redis.call('SADD', KEYS[1], ARGV[1])
redis.call('INCR', KEYS[2])
return {added, ''}";

const REVOKE: &str = "
local revoked = {}
for at = 2, #ARGV do
  if redis.call('HDEL', KEYS[3], ARGV[at]) == 1 then
    redis.call('HDEL', KEYS[4], ARGV[at])
    table.insert(revoked, ARGV[at])
  end
end
if redis.call('EXISTS', KEYS[3]) == 0 then redis.call('SREM', KEYS[1], ARGV[1]) end
redis.call('INCR', KEYS[2])
return revoked";

/// Registered operations on a Redis server.
#[derive(Clone)]
pub struct RedisStore(Client);

/// A client with its texts and names by ids.
type Found = (String, BTreeMap<String, String>, BTreeMap<String, String>);

impl RedisStore {
    /// The registry at this address: `redis://[user:password@]host[:port][/database]`, or `rediss://` for TLS. Connects when
    /// it is first used.
    ///
    /// # Errors
    /// When the address cannot be understood.
    pub fn new(url: &str) -> Result<Self, RegistryError> {
        Client::open(url).map(Self).map_err(failed)
    }

    /// A connection for one exchange: one is made every few seconds, and none stands still unnoticed.
    async fn connection(&self) -> Result<MultiplexedConnection, RedisError> {
        let patience =
            AsyncConnectionConfig::new().set_connection_timeout(Some(PATIENCE)).set_response_timeout(Some(PATIENCE));
        self.0.get_multiplexed_async_connection_with_config(&patience).await
    }

    async fn load_all(&self) -> Result<(String, Vec<Found>), RedisError> {
        let script = Script::new(LOAD);
        let mut call = script.key(CLIENTS);
        call.key(CHANGES).arg(texts("")).arg(names(""));
        call.invoke_async(&mut self.connection().await?).await
    }

    async fn publish_all(&self, client: &str, operations: &[RegisteredOperation]) -> Result<(i64, String), RedisError> {
        let script = Script::new(PUBLISH);
        let mut call = script.key(CLIENTS);
        call.key(CHANGES).key(texts(client)).key(names(client)).arg(client).arg(OPERATIONS_MAX);
        for operation in operations {
            call.arg(&*operation.id).arg(&*operation.text).arg(operation.name.as_deref().unwrap_or_default());
        }
        call.invoke_async(&mut self.connection().await?).await
    }

    async fn revoke_all(&self, client: &str, ids: &[String]) -> Result<Vec<String>, RedisError> {
        let script = Script::new(REVOKE);
        let mut call = script.key(CLIENTS);
        call.key(CHANGES).key(texts(client)).key(names(client)).arg(client).arg(ids);
        call.invoke_async(&mut self.connection().await?).await
    }
}

#[async_trait]
impl RegistryStore for RedisStore {
    async fn version(&self) -> Result<Version, RegistryError> {
        let asked = async {
            let mut connection = self.connection().await?;
            redis::cmd("GET").arg(CHANGES).query_async::<Option<String>>(&mut connection).await
        };
        asked.await.map(|changes| Version(changes.unwrap_or_else(|| "0".to_owned()))).map_err(failed)
    }

    async fn load(&self) -> Result<Snapshot, RegistryError> {
        let (changes, found) = self.load_all().await.map_err(failed)?;
        let mut clients = BTreeMap::new();
        for (client, texts, mut names) in found {
            let mut operations = OperationSet::default();
            for (id, text) in texts {
                let name = names.remove(&id);
                let operation = RegisteredOperation { id: id.into(), name, text: text.into() };
                operations.add(operation).map_err(|error| corrupt(&error))?;
            }
            clients.insert(ClientName::parse(&client).map_err(|error| corrupt(&error))?, Arc::new(operations));
        }
        Ok(Snapshot { version: Version(changes), clients })
    }

    async fn publish(
        &self,
        client: &ClientName,
        operations: Vec<RegisteredOperation>,
    ) -> Result<Published, RegistryError> {
        let (added, id) = self.publish_all(client.as_str(), &operations).await.map_err(failed)?;
        match usize::try_from(added) {
            Ok(added) => Ok(Published { added, known: operations.len() - added }),
            Err(_) if id.is_empty() => Err(Conflict::TooMany.into()),
            Err(_) => Err(Conflict::OtherText(id.into()).into()),
        }
    }

    async fn revoke(&self, client: &ClientName, ids: &[String]) -> Result<Vec<String>, RegistryError> {
        self.revoke_all(client.as_str(), ids).await.map_err(failed)
    }
}

/// The address may hold a password.
impl fmt::Debug for RedisStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RedisStore")
    }
}

/// The key of a client's texts by their ids.
fn texts(client: &str) -> String {
    format!("{{lyceum:registered-operations}}:texts:{client}")
}

/// The key of a client's operations' names by their ids.
fn names(client: &str) -> String {
    format!("{{lyceum:registered-operations}}:names:{client}")
}

/// The address stays out of errors: it may hold a password.
const PLACE: &str = "the registry's Redis server";

#[expect(clippy::needless_pass_by_value, reason = "it maps errors")]
fn failed(error: RedisError) -> RegistryError {
    RegistryError::Unavailable {
        place: PLACE.to_owned(),
        reason: error.to_string(),
        remedy: "start it, or correct its address: redis://user:password@host:6379/0",
    }
}

fn corrupt(reason: &dyn fmt::Display) -> RegistryError {
    RegistryError::Corrupt { place: PLACE.to_owned(), reason: reason.to_string() }
}
