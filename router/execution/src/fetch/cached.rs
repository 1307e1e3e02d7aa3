//! Asks a subgraph for what is not kept, and keeps what it answers.

use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::response::{JsonMap, JsonValue, ResponseDataPathSegment};
use router_planning::plan::FetchId;
use sha2::{Digest, Sha256};

use super::exchange;
use super::failure::FetchFailure;
use super::question::Question;
use super::reply::{FailedEntities, SubgraphReply};
use crate::cache_policy::CachePolicy;
use crate::context::RequestContext;
use crate::entities::{Batch, entities_of};
use crate::fetch_cache::{FetchCache, FetchKey, FetchPlace, FreshAnswer, KeptAnswer};
use crate::observer::Watch;

type Outcome = Result<SubgraphReply, FetchFailure>;

/// An entity that is asked for: the indexes of its batch and of its entry there.
type Place = (usize, usize);

/// Answers `question` from `cache` as far as possible.
pub(super) async fn ask(
    cache: &dyn FetchCache,
    question: &Question<'_>,
    context: &RequestContext,
    watch: &mut Watch<'_>,
) -> Outcome {
    if question.batches.is_empty() {
        ask_root(cache, question, context, watch).await
    } else {
        ask_entities(cache, question, context, watch).await
    }
}

/// What is to be kept of an answer.
enum Wanted<'a> {
    /// All of it.
    Root(FetchPlace, FetchKey),
    /// The entities that were missing.
    Entities { fetch: FetchId, asked: &'a [Batch], missing: &'a [usize], places: &'a [Place], keys: &'a [FetchKey] },
}

impl Wanted<'_> {
    /// Has it kept, if it may be.
    async fn keep(&self, cache: &dyn FetchCache, outcome: &Outcome) {
        let Ok(reply) = outcome else { return };
        let Some(tags) = reply.tags.as_ref().filter(|_| reply.policy.may_be_kept() && reply.errors.is_empty()) else {
            return;
        };
        match self {
            Self::Root(place, key) => {
                let Some(data) = reply.data.clone() else { return };
                let answer = FreshAnswer { key: *key, data, representation: None, tags: tags.of_root() };
                cache.keep(*place, reply.policy, vec![answer]).await;
            }
            Self::Entities { fetch, asked, missing, places, keys } => {
                let is_only = asked.iter().filter(|batch| !batch.entries.is_empty()).count() == 1;
                for (index, batch) in asked.iter().enumerate() {
                    let Ok(entities) = answers(reply, batch) else { continue };
                    let of_batch = missing.iter().filter(|missing| places[**missing].0 == index);
                    let each = of_batch.zip(entities).zip(&batch.entries).enumerate();
                    let answers = each.filter_map(|(place, ((missing, entity), entry))| {
                        // One that is not there now may be there soon.
                        let data = Arc::new(entity.as_object()?.clone());
                        let representation = Some(entry.representation.clone());
                        let tags = tags.of_entity(is_only.then_some((place, entities.len())));
                        Some(FreshAnswer { key: keys[*missing], data, representation, tags })
                    });
                    let place = FetchPlace { fetch: *fetch, site: Some(batch.site) };
                    cache.keep(place, reply.policy, answers.collect()).await;
                }
            }
        }
    }
}

async fn ask_root(
    cache: &dyn FetchCache,
    question: &Question<'_>,
    context: &RequestContext,
    watch: &mut Watch<'_>,
) -> Outcome {
    let place = FetchPlace { fetch: question.id, site: None };
    let key: FetchKey = question.digest().finalize().into();
    let kept = cache.find(place, &[key]).await.pop().flatten();
    if let Some(kept) = kept.as_ref().filter(|kept| kept.policy.may_be_kept()) {
        watch.kept(kept.age);
        return Ok(SubgraphReply::kept(Arc::clone(&kept.data), kept.policy));
    }
    let outcome = fly(cache, question, question.batches, context, &Wanted::Root(place, key), watch).await;
    match (outcome, kept) {
        (Err(failure), Some(kept)) if failure.may_pass() => {
            watch.kept(kept.age);
            watch.failed(&failure);
            Ok(SubgraphReply::kept(kept.data, CachePolicy::NOT_KEPT))
        }
        (outcome, _) => outcome,
    }
}

async fn ask_entities(
    cache: &dyn FetchCache,
    question: &Question<'_>,
    context: &RequestContext,
    watch: &mut Watch<'_>,
) -> Outcome {
    let (places, keys) = keys(question);
    let kept = find(cache, question, &places, &keys).await;
    let is_missing = |index: &usize| !kept[*index].as_ref().is_some_and(|kept| kept.policy.may_be_kept());
    let mut missing: Vec<usize> = (0..places.len()).filter(is_missing).collect();
    if !missing.is_empty() && question.fetch.document.grouped.is_some() {
        // Its document names each group: it is asked for as a whole, or not at all.
        missing = (0..places.len()).collect();
    }
    let mut entities: Vec<JsonValue> = Vec::with_capacity(places.len());
    let mut policy = CachePolicy::UNLIMITED;
    for (index, kept) in kept.iter().enumerate() {
        let fresh = kept.as_ref().filter(|kept| kept.policy.may_be_kept());
        if let Some(fresh) = fresh.filter(|_| missing.binary_search(&index).is_err()) {
            watch.kept(fresh.age);
        }
        policy = policy.and(fresh.map_or(CachePolicy::UNLIMITED, |kept| kept.policy));
        entities.push(fresh.map_or(JsonValue::Null, |kept| JsonValue::Object(JsonMap::clone(&kept.data))));
    }
    let mut reply = SubgraphReply::kept(Arc::default(), policy);
    if missing.is_empty() {
        reply.data = Some(Arc::new(data_of(question.batches, &places, entities)));
        return Ok(reply);
    }

    let batches = only(question.batches, &missing.iter().map(|index| places[*index]).collect::<Vec<_>>());
    let asked = batches.as_deref().unwrap_or(question.batches);
    let wanted = Wanted::Entities { fetch: question.id, asked, missing: &missing, places: &places, keys: &keys };
    let outcome = fly(cache, question, asked, context, &wanted, watch).await;
    if batches.is_none() && !matches!(&outcome, Err(failure) if failure.may_pass()) {
        // Nothing was known: what the subgraph says stands as it is.
        return outcome;
    }
    let outcome = outcome.and_then(|fetched| joined(&mut reply, fetched, asked, &missing, &places, &mut entities));
    if let Err(failure) = outcome {
        watch.failed(&failure);
        bridge(&mut reply, &failure, &missing, &kept, &places, &mut entities);
        if reply.failed.as_ref().is_some_and(|failed| failed.places.len() == places.len()) {
            return Err(failure);
        }
    }
    reply.data = Some(Arc::new(data_of(question.batches, &places, entities)));
    Ok(reply)
}

/// Asks the subgraph, together with everybody who asks the same now, and has the answer kept if it may be.
async fn fly(
    cache: &dyn FetchCache,
    question: &Question<'_>,
    batches: &[Batch],
    context: &RequestContext,
    wanted: &Wanted<'_>,
    watch: &mut Watch<'_>,
) -> Outcome {
    let body = question.body(batches);
    let flight = cache.flights().map(|(flights, scope)| {
        // The body holds the document and the variables.
        let mut digest = Sha256::new();
        [question.subgraph.name.as_bytes(), &scope, &body].into_iter().for_each(|bytes| part(&mut digest, bytes));
        (flights, digest.finalize().into())
    });
    let exchange = async {
        let outcome = exchange(question, body, context, watch).await;
        // Kept before the others hear of it: who asks after them finds it.
        wanted.keep(cache, &outcome).await;
        outcome
    };
    let Some((flights, key)) = flight else { return question.in_time(exchange).await };
    let mut is_joined = false;
    let joined = async {
        let (outcome, is_own) = flights.join(key, exchange).await;
        if !is_own {
            is_joined = true;
            wanted.keep(cache, &outcome).await;
        }
        outcome
    };
    let outcome = question.in_time(joined).await;
    watch.seen.is_joined = is_joined;
    outcome
}

/// The entities in order, and what each is kept under.
fn keys(question: &Question<'_>) -> (Vec<Place>, Vec<FetchKey>) {
    let fetch = question.digest();
    let (mut places, mut keys) = (Vec::new(), Vec::new());
    for (index, batch) in question.batches.iter().enumerate() {
        let mut site = fetch.clone();
        part(&mut site, batch.site.to_string().as_bytes());
        for (_, value) in &batch.context_values {
            part(&mut site, value.to_string().as_bytes());
        }
        for (entry, entity) in batch.entries.iter().enumerate() {
            let mut digest = site.clone();
            part(&mut digest, entity.representation.get().as_bytes());
            places.push((index, entry));
            keys.push(digest.finalize().into());
        }
    }
    (places, keys)
}

/// Parts have lengths, so that no two lists of them are written alike (CC-09).
pub(super) fn part(digest: &mut Sha256, bytes: &[u8]) {
    digest.update((bytes.len() as u64).to_be_bytes());
    digest.update(bytes);
}

async fn find(
    cache: &dyn FetchCache,
    question: &Question<'_>,
    places: &[Place],
    keys: &[FetchKey],
) -> Vec<Option<KeptAnswer>> {
    let mut found = Vec::with_capacity(keys.len());
    for (index, batch) in question.batches.iter().enumerate().filter(|(_, batch)| !batch.entries.is_empty()) {
        let place = FetchPlace { fetch: question.id, site: Some(batch.site) };
        let first = places.partition_point(|(batch, _)| *batch < index);
        let mut part = cache.find(place, &keys[first..first + batch.entries.len()]).await;
        part.resize(batch.entries.len(), None);
        found.append(&mut part);
    }
    found
}

/// The batches with nothing but these entities in them; none when that is all of them.
fn only(batches: &[Batch], places: &[Place]) -> Option<Vec<Batch>> {
    let all: usize = batches.iter().map(|batch| batch.entries.len()).sum();
    let of = |index| places.iter().filter(move |(batch, _)| *batch == index).map(|(_, entry)| *entry);
    (places.len() < all).then(|| batches.iter().enumerate().map(|(index, batch)| batch.only(of(index))).collect())
}

/// The list that answers a batch, if it is one and as long as it has to be.
fn answers<'r>(reply: &'r SubgraphReply, batch: &Batch) -> Result<&'r [JsonValue], FetchFailure> {
    let answer = reply.data.as_ref().and_then(|data| data.get(batch.response_key.as_str()));
    let answer = answer.ok_or(FetchFailure::Invalid("it lacks its `_entities`"))?;
    entities_of(batch, answer)
}

/// Puts what was fetched among what was kept.
///
/// # Errors
/// When the subgraph's reply answers nothing.
fn joined(
    reply: &mut SubgraphReply,
    fetched: SubgraphReply,
    asked: &[Batch],
    missing: &[usize],
    places: &[Place],
    entities: &mut [JsonValue],
) -> Result<(), FetchFailure> {
    reply.policy = reply.policy.and(fetched.policy);
    for (index, batch) in asked.iter().enumerate().filter(|(_, batch)| !batch.entries.is_empty()) {
        let of_batch = missing.iter().filter(|missing| places[**missing].0 == index);
        match answers(&fetched, batch) {
            Ok(answers) => of_batch.zip(answers).for_each(|(missing, answer)| entities[*missing] = answer.clone()),
            // The subgraph says itself what is wrong.
            Err(_) if !fetched.errors.is_empty() => {}
            Err(failure) => return Err(failure),
        }
    }
    let errors = fetched.errors.into_iter().map(|mut error| {
        if let [ResponseDataPathSegment::Field(key), ResponseDataPathSegment::ListIndex(entry), ..] =
            error.path.as_mut_slice()
            && let Some(index) = asked.iter().position(|batch| batch.response_key == *key)
        {
            let mut of_batch = missing.iter().filter(|missing| places[**missing].0 == index);
            *entry = of_batch.nth(*entry).map_or(usize::MAX, |missing| places[*missing].1);
        }
        error
    });
    reply.errors.extend(errors);
    Ok(())
}

/// The subgraph failed: what was kept too long is better than nothing, and the rest has failed.
fn bridge(
    reply: &mut SubgraphReply,
    failure: &FetchFailure,
    missing: &[usize],
    kept: &[Option<KeptAnswer>],
    places: &[Place],
    entities: &mut [JsonValue],
) {
    reply.policy = CachePolicy::NOT_KEPT;
    let mut failed = Vec::new();
    for index in missing {
        match kept[*index].as_ref().filter(|_| failure.may_pass()) {
            Some(kept) => entities[*index] = JsonValue::Object(JsonMap::clone(&kept.data)),
            None => failed.push(places[*index]),
        }
    }
    if !failed.is_empty() {
        reply.failed = Some(FailedEntities { failure: failure.clone(), places: failed });
    }
}

/// The entities as a reply has them.
fn data_of(batches: &[Batch], places: &[Place], entities: Vec<JsonValue>) -> JsonMap {
    let mut lists: Vec<Vec<JsonValue>> = batches.iter().map(|_| Vec::new()).collect();
    for ((batch, _), entity) in places.iter().zip(entities) {
        lists[*batch].push(entity);
    }
    let key = |batch: &Batch| Name::as_str(&batch.response_key).into();
    batches.iter().zip(lists).map(|(batch, list)| (key(batch), JsonValue::Array(list))).collect()
}
