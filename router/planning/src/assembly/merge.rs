//! Merges drafts that can be one request, and puts the fetches in order.

use std::collections::{BTreeSet, HashMap};

use apollo_compiler::Name;
use apollo_compiler::ast::OperationType;
use apollo_compiler::executable::Operation;
use router_schema::{SubgraphDefinition, SubgraphId, Supergraph};

use super::draft::{Draft, Site};
use crate::document::{EntitiesField, Root, Selection, rename_conflicts, write_document};
use crate::plan::{Condition, EntitySite, Fetch, FetchId, FetchTarget, PartId, PathSegment, Representation};

/// A request: root fields, or entity sites in one subgraph that wait for the same fetches.
struct Merged {
    subgraph: SubgraphId,
    depends_on: BTreeSet<usize>,
    conditions: Vec<Condition>,
    is_root: bool,
    part: Option<PartId>,
    /// The drafts that are merged.
    drafts: Vec<usize>,
}

/// What a request asks for.
#[derive(Default)]
struct Contents {
    root: Selection,
    sites: Vec<(Site, Selection)>,
    /// The indexes of sites by their paths.
    sites_at: HashMap<Vec<PathSegment>, Vec<usize>>,
}

/// Makes the fetches of a plan, and says of each when the client wants something of it.
pub(super) fn merge(
    mut drafts: Vec<Draft>,
    supergraph: &Supergraph,
    operation: &Operation,
) -> (Vec<Fetch>, Vec<Vec<Vec<Condition>>>) {
    let conditions: Vec<_> = drafts.iter_mut().map(|draft| draft.selection.take_common_conditions()).collect();
    let merged = requests(&drafts, &conditions);
    let fetches = merged.into_iter().enumerate().map(|(index, mut request)| {
        let path_conditions = shared_path_conditions(&request, &drafts);
        request.conditions.extend(path_conditions);
        request.conditions.sort();
        request.conditions.dedup();
        let mut contents = Contents::default();
        for draft in std::mem::take(&mut request.drafts) {
            contents.add(&drafts[draft], &conditions[draft], &request.conditions);
        }
        let wanted = contents.wanted_conditions();
        (finish(index, request, contents, supergraph, operation), wanted)
    });
    fetches.unzip()
}

/// Which drafts are one request.
fn requests(drafts: &[Draft], conditions: &[Vec<Condition>]) -> Vec<Merged> {
    let levels = levels(drafts);
    // Of one level, those with fewer conditions come first: the others may join them.
    let mut order: Vec<usize> = (0..drafts.len()).collect();
    order.sort_by_key(|draft| (levels[*draft], conditions[*draft].len(), *draft));
    let mut merged: Vec<Merged> = Vec::new();
    let mut merged_of = vec![0; drafts.len()];
    for index in order {
        let (draft, conditions) = (&drafts[index], &conditions[index]);
        let depends_on = draft.depends_on.iter().map(|other| merged_of[*other]).collect();
        let depends_on = without_implied(&depends_on, &merged);
        let is_root = draft.site.is_none();
        let known = merged.iter().position(|known| {
            known.subgraph == draft.subgraph
                && known.depends_on == depends_on
                && known.conditions.iter().all(|condition| conditions.contains(condition))
                && known.is_root == is_root
                && known.part == draft.part()
        });
        merged_of[index] = known.unwrap_or_else(|| {
            let (subgraph, conditions, part) = (draft.subgraph, conditions.clone(), draft.part());
            merged.push(Merged { subgraph, depends_on, conditions, is_root, part, drafts: Vec::new() });
            merged.len() - 1
        });
        merged[merged_of[index]].drafts.push(index);
    }
    merged
}

/// The conditions of the fields that lead to every one of a request's drafts.
fn shared_path_conditions(request: &Merged, drafts: &[Draft]) -> Vec<Condition> {
    let mut paths = request.drafts.iter().map(|draft| &drafts[*draft].conditions);
    let first = paths.next().cloned().unwrap_or_default();
    first.into_iter().filter(|condition| paths.clone().all(|others| others.contains(condition))).collect()
}

impl Contents {
    fn wanted_conditions(&self) -> Vec<Vec<Condition>> {
        let mut wanted = Vec::new();
        self.root.wanted_conditions(&mut wanted);
        self.sites.iter().for_each(|(_, selection)| selection.wanted_conditions(&mut wanted));
        wanted
    }

    /// Adds a draft: those of its conditions that the request does not have go to its fields.
    fn add(&mut self, draft: &Draft, conditions: &[Condition], of_request: &[Condition]) {
        let Draft { site, mut selection, conditions: of_path, .. } = draft.clone();
        let all = conditions.iter().cloned().chain(of_path);
        selection.add_conditions(&all.filter(|condition| !of_request.contains(condition)).collect::<Vec<_>>());
        match site {
            Some(site) => self.add_site(site, selection),
            None => self.root.merge(selection),
        }
    }

    fn add_site(&mut self, site: Site, selection: Selection) {
        let known = self.sites_at.entry(site.path.clone()).or_default();
        for index in known.iter() {
            let (known, known_selection) = &mut self.sites[*index];
            let fits = known.representations.iter().all(|left| {
                let asks_alike = |right: &Representation| {
                    left.type_name != right.type_name
                        || known_selection.fragment(&left.type_name) == selection.fragment(&right.type_name)
                };
                site.representations
                    .iter()
                    .all(|right| left == right || (are_disjoint(left, right) && asks_alike(right)))
            });
            if fits && known_selection.is_compatible(&selection) {
                known_selection.merge(selection);
                site.representations.into_iter().for_each(|new| add_representation(&mut known.representations, new));
                for variable in site.context_variables {
                    if !known.context_variables.contains(&variable) {
                        known.context_variables.push(variable);
                    }
                }
                return;
            }
        }
        known.push(self.sites.len());
        self.sites.push((site, selection));
    }
}

/// The length of the longest chain before each draft.
fn levels(drafts: &[Draft]) -> Vec<usize> {
    let mut levels = vec![None; drafts.len()];
    let mut stack: Vec<usize> = (0..drafts.len()).rev().collect();
    while let Some(draft) = stack.pop() {
        if levels[draft].is_some() {
            continue;
        }
        let open: Vec<usize> =
            drafts[draft].depends_on.iter().copied().filter(|other| levels[*other].is_none()).collect();
        if open.is_empty() {
            let before = drafts[draft].depends_on.iter().filter_map(|other| levels[*other]).max();
            levels[draft] = Some(before.map_or(0, |level: usize| level + 1));
        } else {
            stack.push(draft);
            stack.extend(open);
        }
    }
    levels.into_iter().flatten().collect()
}

/// Leaves out what another dependency already waits for.
fn without_implied(depends_on: &BTreeSet<usize>, merged: &[Merged]) -> BTreeSet<usize> {
    let mut implied = BTreeSet::new();
    let mut stack: Vec<usize> = depends_on.iter().flat_map(|other| merged[*other].depends_on.iter().copied()).collect();
    while let Some(other) = stack.pop() {
        if implied.insert(other) {
            stack.extend(&merged[other].depends_on);
        }
    }
    depends_on.difference(&implied).copied().collect()
}

/// Joins sites that differ only in the types at one step of their paths.
fn join_paths(sites: Vec<(Site, Selection)>) -> Vec<(Site, Selection)> {
    let mut joined: Vec<Option<(Site, Selection)>> = Vec::with_capacity(sites.len());
    let mut by_keys: HashMap<Vec<Option<Name>>, Vec<usize>> = HashMap::new();
    for (mut site, selection) in sites {
        let candidates = by_keys.entry(keys(&site.path)).or_default();
        let mut place = None;
        // The longer path may be like another one.
        while let Some((index, path)) = candidates.iter().enumerate().find_map(|(index, candidate)| {
            let (known, known_selection) = joined[*candidate].as_ref()?;
            let is_alike = known.representations == site.representations
                && known.context_variables == site.context_variables
                && *known_selection == selection;
            if is_alike { Some((index, joined_path(&known.path, &site.path)?)) } else { None }
        }) {
            let candidate = candidates.remove(index);
            joined[candidate] = None;
            site.path = path;
            place = Some(place.map_or(candidate, |place: usize| place.min(candidate)));
        }
        let place = place.unwrap_or(joined.len());
        if place == joined.len() {
            joined.push(None);
        }
        joined[place] = Some((site, selection));
        candidates.push(place);
    }
    joined.into_iter().flatten().collect()
}

/// A path without its types: paths can only be joined when these are equal.
fn keys(path: &[PathSegment]) -> Vec<Option<Name>> {
    let keys = path.iter().map(|segment| match segment {
        PathSegment::Key(key) => Some(key.clone()),
        PathSegment::OnTypes(_) => None,
    });
    keys.collect()
}

fn joined_path(left: &[PathSegment], right: &[PathSegment]) -> Option<Vec<PathSegment>> {
    if left.len() != right.len() {
        return None;
    }
    let mut differences = (0..left.len()).filter(|index| left[*index] != right[*index]);
    let (difference, None) = (differences.next()?, differences.next()) else { return None };
    let (PathSegment::OnTypes(left_types), PathSegment::OnTypes(right_types)) = (&left[difference], &right[difference])
    else {
        return None;
    };
    let mut types = left_types.clone();
    types.extend(right_types.iter().filter(|name| !left_types.contains(name)).cloned());
    types.sort();
    let mut path = left.to_vec();
    path[difference] = PathSegment::OnTypes(types);
    Some(path)
}

/// Whether they are for different objects.
fn are_disjoint(left: &Representation, right: &Representation) -> bool {
    !left.on_types.is_empty()
        && !right.on_types.is_empty()
        && left.on_types.iter().all(|name| !right.on_types.contains(name))
}

fn add_representation(known: &mut Vec<Representation>, new: Representation) {
    let same = known.iter_mut().find(|known| known.type_name == new.type_name && known.fields == new.fields);
    match same {
        Some(same) => {
            let new_types = new.on_types.into_iter().filter(|name| !same.on_types.contains(name)).collect::<Vec<_>>();
            same.on_types.extend(new_types);
        }
        None => known.push(new),
    }
}

fn finish(index: usize, request: Merged, contents: Contents, supergraph: &Supergraph, operation: &Operation) -> Fetch {
    let Merged { subgraph, depends_on, conditions, part, .. } = request;
    let Contents { root, sites, .. } = contents;
    let alternatives = Vec::new();
    let sites = join_paths(sites);
    let name = operation_name(operation, supergraph.subgraph(subgraph), index);
    let depends_on = depends_on.into_iter().map(FetchId).collect();
    if sites.is_empty() {
        let mut root = [root];
        let renames = rename_conflicts(&mut root);
        let document = write_document(operation.operation_type, name, &operation.variables, &Root::Fields(&root[0]));
        return Fetch {
            subgraph,
            document,
            target: FetchTarget::Root,
            depends_on,
            conditions,
            alternatives,
            renames,
            part,
        };
    }
    // What stands once for each group needs a response key of its own even when it is alone.
    let is_alone = sites.len() == 1 && sites[0].0.context_variables.is_empty();
    let mut entity_sites = Vec::with_capacity(sites.len());
    let mut selections = Vec::with_capacity(sites.len());
    let mut context_variables = Vec::with_capacity(sites.len());
    let mut variable_names = context_variable_names(operation);
    for (number, (mut site, mut selection)) in sites.into_iter().enumerate() {
        let suffix = if is_alone { String::new() } else { format!("_{number}") };
        name_context_variables(&mut site, &mut selection, &mut variable_names);
        let (path, representations) = (site.path, site.representations);
        let (variables, types): (Vec<_>, Vec<_>) = site.context_variables.into_iter().unzip();
        context_variables.push(variables.iter().map(|variable| variable.name.clone()).zip(types).collect::<Vec<_>>());
        entity_sites.push(EntitySite {
            response_key: Name::new_unchecked(&format!("_entities{suffix}")),
            representations_variable: unused_variable(&format!("representations{suffix}"), operation),
            path,
            representations,
            context_variables: variables,
        });
        selections.push(selection);
    }
    let renames = rename_conflicts(&mut selections);
    let fields = entity_sites.iter().zip(&selections).zip(&context_variables);
    let fields = fields.map(|((site, selection), context_variables)| EntitiesField {
        response_key: &site.response_key,
        variable: &site.representations_variable,
        context_variables,
        selection,
    });
    let root = Root::Entities(fields.collect());
    let document = write_document(OperationType::Query, name, &operation.variables, &root);
    Fetch {
        subgraph,
        document,
        target: FetchTarget::Entities(entity_sites),
        depends_on,
        conditions,
        alternatives,
        renames,
        part,
    }
}

/// Gives the variables of a site names of their own: two sites may take different values from like contexts.
fn name_context_variables(site: &mut Site, selection: &mut Selection, names: &mut impl Iterator<Item = Name>) {
    let mut renamed = HashMap::new();
    for ((variable, _), name) in site.context_variables.iter_mut().zip(names) {
        renamed.insert(std::mem::replace(&mut variable.name, name.clone()), name);
    }
    if !renamed.is_empty() {
        selection.rename_variables(&renamed);
    }
}

fn context_variable_names(operation: &Operation) -> impl Iterator<Item = Name> {
    let prefix = unused_variable("context_", operation);
    (0..).map(move |number: usize| Name::new_unchecked(&format!("{prefix}{number}")))
}

fn unused_variable(name: &str, operation: &Operation) -> Name {
    // A group's number may follow the name.
    let is_used = |name: &str| operation.variables.iter().any(|variable| variable.name.starts_with(name));
    let mut name = name.to_owned();
    while is_used(&name) {
        name.insert(0, '_');
    }
    Name::new_unchecked(&name)
}

/// `Client__subgraph__3`, so that a subgraph's logs tell which part of which operation it sees.
fn operation_name(operation: &Operation, subgraph: &SubgraphDefinition, index: usize) -> Option<Name> {
    let name = operation.name.as_ref()?;
    let is_allowed = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let subgraph: String = subgraph.name.chars().map(|letter| if is_allowed(letter) { letter } else { '_' }).collect();
    Some(Name::new_unchecked(&format!("{name}__{subgraph}__{index}")))
}
