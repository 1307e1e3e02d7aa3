//! Random subgraphs that mostly compose: entities with one or several keys, known to some subgraphs, whose fields are
//! owned, shared, external, required, provided or overridden; interfaces, interface objects, unions, value types.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::random::Random;
use crate::federated::SubgraphFile;

const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable", "@external", "@requires", "@provides", "@override", "@interfaceObject"])"#;

const LINK_WITH_CONTEXTS: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@key", "@shareable", "@external", "@requires", "@provides", "@override", "@interfaceObject", "@context", "@fromContext"])"#;

const SCALARS: [&str; 6] = ["Int", "String", "Boolean", "Float", "ID", "Colour"];

/// A type as one subgraph declares it.
#[derive(Default)]
struct Declared {
    /// `type`, `interface`, with what stands after the name in `directives`.
    kind: &'static str,
    directives: BTreeSet<String>,
    implements: BTreeSet<String>,
    /// By name: arguments, type and directives.
    fields: BTreeMap<String, String>,
}

#[derive(Default)]
struct Subgraph {
    types: BTreeMap<String, Declared>,
    unions: BTreeMap<String, Vec<String>>,
    has_contexts: bool,
}

/// A field with an owner, for what other subgraphs may do with it.
struct Owned {
    entity: usize,
    name: String,
    owner: usize,
    /// As written in the owner.
    of_type: String,
    arguments: &'static str,
    /// Whether it is a leaf without arguments.
    is_plain: bool,
}

struct Generator {
    random: Random,
    subgraphs: Vec<Subgraph>,
    /// Which subgraphs know each entity.
    known_in: Vec<Vec<usize>>,
    /// Subgraphs that stand above an interface, with the entities that they must not know.
    above: Vec<(usize, usize)>,
    owned: Vec<Owned>,
    /// Names of fields by entity, so that none is taken twice.
    taken: BTreeSet<(usize, String)>,
    names: usize,
}

/// The subgraphs of a seed.
pub(crate) fn subgraphs(seed: u64) -> Vec<SubgraphFile> {
    let mut random = Random::new(seed);
    let count = random.between(2, 4);
    let subgraphs = (0..count).map(|_| Subgraph::default()).collect();
    let mut generator = Generator {
        random,
        subgraphs,
        known_in: Vec::new(),
        above: Vec::new(),
        owned: Vec::new(),
        taken: BTreeSet::new(),
        names: 0,
    };
    generator.entities();
    generator.interfaces();
    generator.unions();
    generator.fields();
    generator.split_values();
    generator.requirements();
    generator.provisions();
    generator.overrides();
    generator.roots();
    generator.contexts(seed);
    let files = generator.subgraphs.iter().enumerate();
    files.map(|(index, subgraph)| SubgraphFile { name: format!("s{index}"), sdl: text(subgraph) }).collect()
}

fn text(subgraph: &Subgraph) -> String {
    let link = if subgraph.has_contexts { LINK_WITH_CONTEXTS } else { LINK };
    let mut text = format!("{link}\nenum Colour {{ RED GREEN BLUE }}\n");
    for (name, declared) in &subgraph.types {
        let implements: Vec<&str> = declared.implements.iter().map(String::as_str).collect();
        let implements =
            if implements.is_empty() { String::new() } else { format!(" implements {}", implements.join(" & ")) };
        let directives: String = declared.directives.iter().map(|directive| format!(" {directive}")).collect();
        let _ = writeln!(text, "{} {name}{implements}{directives} {{", declared.kind);
        declared.fields.iter().for_each(|(name, rest)| text += &format!("  {name}{rest}\n"));
        text += "}\n";
    }
    for (name, members) in &subgraph.unions {
        let _ = writeln!(text, "union {name} = {}", members.join(" | "));
    }
    text
}

impl Generator {
    fn all(&self) -> Vec<usize> {
        (0..self.subgraphs.len()).collect()
    }

    fn name(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    /// A name for a field of an entity; often one that other entities use for something else.
    fn field_name(&mut self, entity: usize, prefix: &str) -> String {
        let common = (*self.random.pick(&["a", "b", "c", "d", "e"])).to_owned();
        let name = if self.taken.contains(&(entity, common.clone())) || self.random.percent(40) {
            self.name(prefix)
        } else {
            common
        };
        self.taken.insert((entity, name.clone()));
        name
    }

    fn declare(&mut self, subgraph: usize, ty: &str, kind: &'static str) -> &mut Declared {
        let declared = self.subgraphs[subgraph].types.entry(ty.to_owned()).or_default();
        declared.kind = kind;
        declared
    }

    fn field(&mut self, subgraph: usize, ty: &str, name: &str, rest: &str) {
        self.subgraphs[subgraph].types.get_mut(ty).unwrap().fields.insert(name.to_owned(), rest.to_owned());
    }

    fn has_field(&self, subgraph: usize, ty: &str, name: &str) -> bool {
        self.subgraphs[subgraph].types.get(ty).is_some_and(|declared| declared.fields.contains_key(name))
    }

    fn key(&mut self, subgraph: usize, entity: usize, key: &str) {
        let ty = format!("E{entity}");
        self.declare(subgraph, &ty, "type").directives.insert(format!("@key(fields: \"{key}\")"));
        if key.starts_with("spot") {
            self.declare(subgraph, "Spot", "type").directives.insert("@shareable".to_owned());
            self.field(subgraph, "Spot", "x", ": Int!");
            self.field(subgraph, "Spot", "z", ": String");
            self.field(subgraph, &ty, "spot", ": Spot!");
            return;
        }
        for name in key.split(' ') {
            self.field(subgraph, &ty, name, if name == "id" { ": ID!" } else { ": String!" });
        }
    }

    fn entities(&mut self) {
        for entity in 0..self.random.between(2, 4) {
            let all = self.all();
            let known = self.random.some(&all, 70);
            let has_code = self.random.percent(35);
            let bridge = *self.random.pick(&known);
            let keys = ["id", "code", "id code", "spot { x }"];
            for subgraph in &known {
                let key = if has_code { *self.random.pick(&keys) } else { "id" };
                self.key(*subgraph, entity, key);
                if has_code && *subgraph == bridge {
                    keys.iter().for_each(|key| self.key(*subgraph, entity, key));
                }
            }
            self.known_in.push(known);
        }
    }

    /// The entity in a subgraph that knows it, or can refer to it.
    fn refer_to(&mut self, subgraph: usize, entity: usize) -> Option<String> {
        if self.above.contains(&(subgraph, entity)) {
            return None;
        }
        let ty = format!("E{entity}");
        if !self.subgraphs[subgraph].types.contains_key(&ty) {
            self.declare(subgraph, &ty, "type").directives.insert("@key(fields: \"id\", resolvable: false)".to_owned());
            self.field(subgraph, &ty, "id", ": ID!");
        }
        Some(ty)
    }

    fn interfaces(&mut self) {
        for number in 0..self.random.below(3) {
            let name = format!("I{number}");
            let entities: Vec<usize> = (0..self.known_in.len()).collect();
            let members = self.random.some(&entities, 40);
            let all = self.all();
            if self.random.percent(40) {
                self.interface_with_object(&name, &members);
                continue;
            }
            let (mut with, mut complete) = (Vec::new(), Vec::new());
            for subgraph in self.random.some(&all, 60) {
                let here: Vec<usize> =
                    members.iter().copied().filter(|entity| self.known_in[*entity].contains(&subgraph)).collect();
                if here.is_empty() {
                    continue;
                }
                with.push(subgraph);
                if here.len() == members.len() {
                    complete.push(subgraph);
                }
                self.interface(subgraph, &name, &here);
            }
            let outside: Vec<usize> = all.iter().copied().filter(|subgraph| !with.contains(subgraph)).collect();
            let is_whole = !with.is_empty() && complete.len() == with.len();
            if is_whole && !outside.is_empty() && self.random.percent(60) {
                self.interface_object(&name, &members, &with, &outside);
            }
        }
    }

    /// An interface that one subgraph knows with all its types, so that another can stand above it.
    fn interface_with_object(&mut self, name: &str, members: &[usize]) {
        let home = self.random.below(self.subgraphs.len());
        for entity in members {
            if !self.known_in[*entity].contains(&home) {
                self.known_in[*entity].push(home);
            }
        }
        self.interface(home, name, members);
        let outside: Vec<usize> = self.all().into_iter().filter(|subgraph| *subgraph != home).collect();
        self.interface_object(name, members, &[home], &outside);
    }

    fn interface(&mut self, subgraph: usize, name: &str, members: &[usize]) {
        self.declare(subgraph, name, "interface");
        let common = format!("common{name}");
        let has_common = self.random.percent(60);
        for entity in members {
            let ty = format!("E{entity}");
            self.declare(subgraph, &ty, "type").implements.insert(name.to_owned());
            self.key(subgraph, *entity, "id");
            if has_common {
                self.field(subgraph, &ty, &common, ": String @shareable");
            }
        }
        self.field(subgraph, name, "id", ": ID!");
        if has_common {
            self.field(subgraph, name, &common, ": String");
        }
    }

    fn interface_object(&mut self, name: &str, members: &[usize], with: &[usize], outside: &[usize]) {
        // A subgraph that knows the object types as well would know their fields twice.
        let is_ignorant = |subgraph: &&usize| !members.iter().any(|entity| self.known_in[*entity].contains(subgraph));
        let Some(subgraph) = outside.iter().find(is_ignorant).copied() else { return };
        for other in with {
            self.declare(*other, name, "interface").directives.insert("@key(fields: \"id\")".to_owned());
            members.iter().for_each(|entity| self.key(*other, *entity, "id"));
        }
        self.above.extend(members.iter().map(|entity| (subgraph, *entity)));
        let declared = self.declare(subgraph, name, "type");
        declared.directives.extend(["@key(fields: \"id\")".to_owned(), "@interfaceObject".to_owned()]);
        self.field(subgraph, name, "id", ": ID!");
        for _ in 0..self.random.between(1, 2) {
            let field = self.name("io");
            let scalar = *self.random.pick(&SCALARS);
            self.field(subgraph, name, &field, &format!(": {scalar}"));
        }
        let common = format!("common{name}");
        if with.iter().all(|other| self.has_field(*other, name, &common)) && self.random.percent(60) {
            self.field(subgraph, name, &common, ": String @external");
            let field = self.name("io");
            self.field(subgraph, name, &field, &format!(": String @requires(fields: \"{common}\")"));
        }
    }

    fn unions(&mut self) {
        for number in 0..self.random.below(2) {
            let entities: Vec<usize> = (0..self.known_in.len()).collect();
            let members = self.random.some(&entities, 70);
            for subgraph in self.all() {
                let here = members.iter().filter(|entity| self.known_in[**entity].contains(&subgraph));
                let here: Vec<String> = here.map(|entity| format!("E{entity}")).collect();
                if !here.is_empty() {
                    self.subgraphs[subgraph].unions.insert(format!("U{number}"), here);
                }
            }
        }
    }

    /// A type that the subgraph can return, declared where need be, and whether it is a leaf.
    fn of_type(&mut self, subgraph: usize) -> (String, bool) {
        let abstracts: Vec<String> = {
            let here = &self.subgraphs[subgraph];
            let interfaces = here.types.keys().filter(|name| name.starts_with('I'));
            interfaces.chain(here.unions.keys()).cloned().collect()
        };
        match self.random.below(10) {
            0..4 => ((*self.random.pick(&SCALARS)).to_owned(), true),
            4..8 => {
                let entity = self.random.below(self.known_in.len());
                self.refer_to(subgraph, entity).map_or(("Int".to_owned(), true), |ty| (ty, false))
            }
            8 if !abstracts.is_empty() => (self.random.pick(&abstracts).clone(), false),
            _ => (self.value_type(subgraph), false),
        }
    }

    fn value_type(&mut self, subgraph: usize) -> String {
        if !self.subgraphs[subgraph].types.contains_key("V0") {
            self.declare(subgraph, "V0", "type").directives.insert("@shareable".to_owned());
            self.field(subgraph, "V0", "x", ": Int");
            self.field(subgraph, "V0", "y", "(up: Boolean = true): String!");
            self.field(subgraph, "V0", "colours", ": [Colour!]");
        }
        "V0".to_owned()
    }

    fn wrapped(&mut self, of_type: &str) -> String {
        match self.random.below(8) {
            0 => format!("{of_type}!"),
            1 => format!("[{of_type}]"),
            2 => format!("[{of_type}!]!"),
            3 => format!("[[{of_type}]!]"),
            _ => of_type.to_owned(),
        }
    }

    fn fields(&mut self) {
        for entity in 0..self.known_in.len() {
            let ty = format!("E{entity}");
            for _ in 0..self.random.between(2, 5) {
                let known = self.known_in[entity].clone();
                let owner = *self.random.pick(&known);
                let (named, is_leaf) = self.of_type(owner);
                let of_type = self.wrapped(&named);
                let arguments = if self.random.percent(15) { "(n: Int = 3, t: [String!])" } else { "" };
                let name = self.field_name(entity, "f");
                let others: Vec<usize> = known.iter().copied().filter(|other| *other != owner).collect();
                let is_shared =
                    !others.is_empty() && self.random.percent(25) && named.starts_with(['E', 'I', 'S', 'B']);
                if is_shared {
                    let other = *self.random.pick(&others);
                    let entity = named.strip_prefix('E').map(|number| number.parse().unwrap());
                    let is_known = entity.is_some_and(|entity| self.refer_to(other, entity).is_some());
                    if is_leaf || is_known || self.subgraphs[other].types.contains_key(&named) {
                        self.field(other, &ty, &name, &format!("{arguments}: {of_type} @shareable"));
                        self.field(owner, &ty, &name, &format!("{arguments}: {of_type} @shareable"));
                        continue;
                    }
                }
                self.field(owner, &ty, &name, &format!("{arguments}: {of_type}"));
                let is_plain = is_leaf && arguments.is_empty();
                self.owned.push(Owned { entity, name, owner, of_type, arguments, is_plain });
            }
        }
    }

    /// Values without a key whose fields come from several subgraphs, all of which resolve the field that leads there.
    fn split_values(&mut self) {
        for entity in 0..self.known_in.len() {
            let known = self.known_in[entity].clone();
            if known.len() < 2 || !self.random.percent(40) {
                continue;
            }
            let (value, field) = (self.name("W"), self.field_name(entity, "w"));
            let wrap = *self.random.pick(&["", "!"]);
            for subgraph in self.random.some(&known, 80) {
                self.declare(subgraph, &value, "type");
                let own = self.name("p");
                let (named, _) = self.of_type(subgraph);
                self.field(subgraph, &value, &own, &format!(": {named}"));
                self.field(subgraph, &value, "both", ": Int @shareable");
                self.field(subgraph, &format!("E{entity}"), &field, &format!(": {value}{wrap} @shareable"));
            }
        }
    }

    /// Fields that need those of other subgraphs, and fields that need these.
    fn requirements(&mut self) {
        let mut next = 0;
        while next < self.owned.len() {
            let (entity, owner) = (self.owned[next].entity, self.owned[next].owner);
            let (name, of_type) = (self.owned[next].name.clone(), self.owned[next].of_type.clone());
            let others: Vec<usize> = self.known_in[entity].iter().copied().filter(|other| *other != owner).collect();
            let ty = format!("E{entity}");
            if !others.is_empty() && self.random.percent(35) {
                let other = *self.random.pick(&others);
                let below =
                    if self.owned[next].is_plain { Some(String::new()) } else { self.required(other, &of_type) };
                if let Some(below) = below.filter(|_| !self.has_field(other, &ty, &name)) {
                    let arguments = self.owned[next].arguments;
                    let given = if arguments.is_empty() { "" } else { "(n: 7)" };
                    self.field(other, &ty, &name, &format!("{arguments}: {of_type} @external"));
                    let field = self.field_name(entity, "r");
                    let rest = format!(": String @requires(fields: \"{name}{given}{below}\")");
                    self.field(other, &ty, &field, &rest);
                    let of_type = "String".to_owned();
                    self.owned.push(Owned {
                        entity,
                        name: field,
                        owner: other,
                        of_type,
                        arguments: "",
                        is_plain: true,
                    });
                }
            }
            next += 1;
        }
    }

    /// What another subgraph may require of a composite field of this type.
    fn required(&mut self, subgraph: usize, of_type: &str) -> Option<String> {
        let named = of_type.trim_matches(['[', ']', '!']);
        if named == "V0" {
            self.value_type(subgraph);
            return Some(" { x }".to_owned());
        }
        if let Some(entity) = named.strip_prefix('E').and_then(|number| number.parse().ok()) {
            let ty = self.refer_to(subgraph, entity)?;
            return self.has_field(subgraph, &ty, "id").then(|| " { id }".to_owned());
        }
        if let Some(members) = self.subgraphs[subgraph].unions.get(named) {
            let part = if self.has_field(subgraph, &members[0], "id") { "id" } else { "__typename" };
            return Some(format!(" {{ ... on {} {{ {part} }} }}", members[0]));
        }
        self.has_field(subgraph, named, "id").then(|| " { id }".to_owned())
    }

    /// References that bring a field of another subgraph along.
    fn provisions(&mut self) {
        for index in 0..self.owned.len() {
            let reference = &self.owned[index];
            let (subgraph, from, field) = (reference.owner, reference.entity, reference.name.clone());
            let named = reference.of_type.trim_matches(['[', ']', '!']);
            let member = self.subgraphs[subgraph].unions.get(named).map(|members| members[0].clone());
            let Some(target) = member.as_deref().unwrap_or(named).strip_prefix('E') else { continue };
            let target: usize = target.parse().unwrap();
            let provided = self.owned.iter().find(|one| one.entity == target && one.owner != subgraph && one.is_plain);
            let Some(provided) = provided else { continue };
            let (name, of_type, owner) = (provided.name.clone(), provided.of_type.clone(), provided.owner);
            if self.has_field(subgraph, &format!("E{target}"), &name) || !self.random.percent(40) {
                continue;
            }
            self.field(subgraph, &format!("E{target}"), &name, &format!(": {of_type} @external"));
            let ty = format!("E{from}");
            let text = self.subgraphs[subgraph].types[&ty].fields[&field].clone();
            let provided = member.map_or(name.clone(), |member| format!("... on {member} {{ {name} }}"));
            self.field(subgraph, &ty, &field, &format!("{text} @provides(fields: \"{provided}\")"));
            // Whoever provides a field resolves it too.
            let target = format!("E{target}");
            let owned = self.subgraphs[owner].types[&target].fields[&name].clone();
            if !owned.contains("@shareable") {
                self.field(owner, &target, &name, &format!("{owned} @shareable"));
            }
        }
    }

    /// Whether more than its owner knows a field, or its owner needs others for it.
    fn is_entangled(&self, owner: usize, ty: &str, name: &str) -> bool {
        let is_known = self.all().iter().any(|one| *one != owner && self.has_field(*one, ty, name));
        is_known || self.subgraphs[owner].types[ty].fields[name].contains('@')
    }

    fn overrides(&mut self) {
        for index in 0..self.owned.len() {
            let Owned { entity, name, owner, of_type, is_plain, .. } = &self.owned[index];
            let (entity, owner, name, of_type) = (*entity, *owner, name.clone(), of_type.clone());
            let others: Vec<usize> = self.known_in[entity].iter().copied().filter(|other| *other != owner).collect();
            let ty = format!("E{entity}");
            if !is_plain || self.is_entangled(owner, &ty, &name) || others.is_empty() || !self.random.percent(20) {
                continue;
            }
            let other = *self.random.pick(&others);
            self.field(other, &ty, &name, &format!(": {of_type} @override(from: \"s{owner}\")"));
        }
    }

    /// An entity whose fields take arguments from the entities that lead to it.
    fn contexts(&mut self, seed: u64) {
        // Its own source, so that the graphs of earlier seeds stay what they were.
        self.random = Random::new(seed ^ 0xc0_4e_7e);
        if !self.random.percent(35) {
            return;
        }
        let home = self.random.below(self.subgraphs.len());
        let is_resolvable = |declared: &Declared| declared.directives.contains("@key(fields: \"id\")");
        let entities = self.subgraphs[home]
            .types
            .iter()
            .filter(|(name, declared)| declared.kind == "type" && name.starts_with('E') && is_resolvable(declared));
        let mut setters: Vec<String> = entities.map(|(name, _)| name.clone()).collect();
        setters.truncate(self.random.between(1, 2));
        if setters.is_empty() {
            return;
        }
        self.subgraphs[home].has_contexts = true;
        let selection = self.context_selection(home, &setters);
        let filled = format!("(given: ID @fromContext(field: \"$context {selection}\") n: Int): String");
        for name in ["C0", "C1"] {
            self.declare(home, name, "type").directives.insert("@key(fields: \"id\")".to_owned());
            self.field(home, name, "id", ": ID!");
            self.field(home, name, "filled", &filled);
        }
        self.field(home, "C0", "below", ": [C1!]");
        for setter in &setters {
            self.declare(home, setter, "type").directives.insert("@context(name: \"context\")".to_owned());
            let to = *self.random.pick(&["C0", "[C0]", "[[C0!]!]"]);
            self.field(home, setter, "toC", &format!(": {to}"));
            for subgraph in self.all() {
                let knows = self.subgraphs[subgraph].types.get(setter.as_str()).is_some_and(is_resolvable);
                if subgraph != home && knows && self.random.percent(50) {
                    self.declare(subgraph, "C0", "type").directives.insert("@key(fields: \"id\")".to_owned());
                    self.field(subgraph, "C0", "id", ": ID!");
                    self.field(subgraph, "C0", &format!("plain{subgraph}"), ": Int");
                    self.field(subgraph, setter, &format!("{setter}to{subgraph}"), ": C0");
                }
            }
        }
    }

    /// What is selected of the setters: their key, or what another subgraph has of them.
    fn context_selection(&mut self, home: usize, setters: &[String]) -> String {
        let mut parts = Vec::new();
        for setter in setters {
            let entity: usize = setter[1..].parse().unwrap();
            let of_others: Vec<_> = self
                .owned
                .iter()
                .filter(|one| one.entity == entity && one.owner != home && one.is_plain && one.of_type == "ID")
                .map(|one| one.name.clone())
                .filter(|name| !self.has_field(home, setter, name))
                .collect();
            let name = of_others.first().cloned().unwrap_or_else(|| "id".to_owned());
            if name != "id" {
                self.field(home, setter, &name, ": ID @external");
            }
            parts.push(format!("... on {setter} {{ {name} }}"));
        }
        parts.join(" ")
    }

    fn roots(&mut self) {
        for subgraph in self.all() {
            self.declare(subgraph, "Query", "type");
            for _ in 0..self.random.between(1, 3) {
                let (named, _) = self.of_type(subgraph);
                let of_type = self.wrapped(&named);
                let name = self.name("q");
                let arguments = if self.random.percent(20) { "(n: Int)" } else { "" };
                self.field(subgraph, "Query", &name, &format!("{arguments}: {of_type}"));
            }
            if self.random.percent(40) {
                let entity = self.random.below(self.known_in.len());
                let name = format!("shared{entity}");
                if let Some(ty) = self.refer_to(subgraph, entity) {
                    self.field(subgraph, "Query", &name, &format!(": {ty} @shareable"));
                }
            }
            if self.random.percent(30) {
                self.declare(subgraph, "Mutation", "type");
                let (named, _) = self.of_type(subgraph);
                let name = self.name("m");
                self.field(subgraph, "Mutation", &name, &format!("(n: Int): {named}"));
            }
        }
    }
}
