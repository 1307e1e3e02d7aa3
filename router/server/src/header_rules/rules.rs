//! Settings -> rules.

use std::collections::BTreeMap;

use http::{HeaderName, HeaderValue, header};

use super::names::{is_forbidden_in_reply, is_forbidden_in_request, is_forbidden_to_insert};
use super::selector::{Selector, header_name};
use crate::configuration::{
    HeaderMerge, HeaderRules, HeaderSettings, HeaderValueSource, InsertedRequestHeader, InsertedResponseHeader,
    PropagatedRequestHeader, PropagatedResponseHeader, RemovedHeader, RenamedHeader, RequestHeaderRule,
    ResponseHeaderRule, SettingsError,
};

/// The rules of all subgraphs, ready to be followed.
#[derive(Debug)]
pub(crate) struct HeaderPolicy {
    pub(super) all: Rules,
    pub(super) subgraphs: BTreeMap<String, Rules>,
    pub(super) propagated_bytes_max: usize,
    pub(super) cacheable_with_cookies: bool,
}

#[derive(Debug)]
pub(super) struct Rules {
    pub(super) request: Vec<RequestRule>,
    pub(super) response: Vec<ResponseRule>,
}

#[derive(Debug)]
pub(super) enum RequestRule {
    Propagate { selector: Selector, rename: Option<HeaderName>, default: Option<HeaderValue> },
    Insert { name: HeaderName, source: Source },
    Rename { name: HeaderName, to: HeaderName },
    Remove(Selector),
}

/// Where the value of an inserted header comes from.
#[derive(Debug)]
pub(super) enum Source {
    Text(HeaderValue),
    /// A pointer into the claims.
    Claim(String),
    Request(HeaderValueSource),
}

#[derive(Debug)]
pub(super) enum ResponseRule {
    Propagate { selector: Selector, rename: Option<HeaderName>, default: Option<HeaderValue>, merge: HeaderMerge },
    Insert { name: HeaderName, value: HeaderValue },
    Remove(Selector),
}

impl HeaderPolicy {
    /// The rules of the settings; nothing when there is none.
    ///
    /// # Errors
    /// The first rule that cannot be right.
    pub(crate) fn compile(settings: &HeaderSettings) -> Result<Option<Self>, SettingsError> {
        let compiled = |(name, rules): (&String, &HeaderRules)| {
            Ok((name.clone(), rules_of(rules, &format!("headers.subgraphs.{name}"))?))
        };
        let all = rules_of(&settings.all, "headers.all")?;
        let subgraphs: BTreeMap<String, Rules> =
            settings.subgraphs.iter().map(compiled).collect::<Result<_, SettingsError>>()?;
        let is_empty = |rules: &Rules| rules.request.is_empty() && rules.response.is_empty();
        if is_empty(&all) && subgraphs.values().all(is_empty) {
            return Ok(None);
        }
        Ok(Some(Self {
            all,
            subgraphs,
            propagated_bytes_max: settings.propagated_bytes_max,
            cacheable_with_cookies: settings.cacheable_with_cookies,
        }))
    }

    /// The rules for requests to this subgraph, in their order.
    pub(super) fn of_request(&self, subgraph: &str) -> impl Iterator<Item = &RequestRule> {
        self.all.request.iter().chain(self.subgraphs.get(subgraph).into_iter().flat_map(|rules| &rules.request))
    }

    /// The rules for replies of this subgraph, in their order.
    pub(super) fn of_response(&self, subgraph: &str) -> impl Iterator<Item = &ResponseRule> {
        self.all.response.iter().chain(self.subgraphs.get(subgraph).into_iter().flat_map(|rules| &rules.response))
    }

    /// The rules for requests to any subgraph.
    pub(super) fn of_any_request(&self) -> impl Iterator<Item = &RequestRule> {
        self.all.request.iter().chain(self.subgraphs.values().flat_map(|rules| &rules.request))
    }
}

fn rules_of(rules: &HeaderRules, key: &str) -> Result<Rules, SettingsError> {
    let wrong = |kind: &str, index: usize, problem: String| {
        SettingsError::new(format!("{key}.{kind}[{index}]"), problem, "correct the rule; docs/headers.md has examples")
    };
    let request = rules.request.iter().enumerate();
    let request = request.map(|(index, rule)| request_rule(rule).map_err(|problem| wrong("request", index, problem)));
    let response = rules.response.iter().enumerate();
    let response =
        response.map(|(index, rule)| response_rule(rule).map_err(|problem| wrong("response", index, problem)));
    Ok(Rules { request: request.collect::<Result<_, _>>()?, response: response.collect::<Result<_, _>>()? })
}

fn request_rule(rule: &RequestHeaderRule) -> Result<RequestRule, String> {
    match rule {
        RequestHeaderRule::Propagate(propagated) => propagated_in_request(propagated),
        RequestHeaderRule::Insert(inserted) => inserted_in_request(inserted),
        RequestHeaderRule::Rename(RenamedHeader { name, to }) => {
            Ok(RequestRule::Rename { name: for_request(name)?, to: for_request(to)? })
        }
        RequestHeaderRule::Remove(removed) => removed_by(removed).map(RequestRule::Remove),
    }
}

fn propagated_in_request(rule: &PropagatedRequestHeader) -> Result<RequestRule, String> {
    let PropagatedRequestHeader { name, prefix, matching, rename, default } = rule;
    let selector = Selector::new(name.as_ref(), prefix.as_ref(), matching.as_ref())?;
    if let Selector::Name(name) = &selector {
        allowed(name, is_forbidden_in_request)?;
    }
    only_with_name(name.is_some(), rename.as_ref(), default.as_ref())?;
    Ok(RequestRule::Propagate {
        selector,
        rename: rename.as_deref().map(for_request).transpose()?,
        default: default.as_deref().map(header_value).transpose()?,
    })
}

fn inserted_in_request(rule: &InsertedRequestHeader) -> Result<RequestRule, String> {
    let name = for_request(&rule.name)?;
    let source = match (&rule.value, &rule.claim, rule.from) {
        (Some(value), None, None) => Source::Text(header_value(value)?),
        (None, Some(claim), None) if claim.starts_with('/') => Source::Claim(claim.clone()),
        (None, Some(claim), None) => {
            return Err(format!("`{claim}` is no JSON pointer; begin it with a slash, such as /tenant"));
        }
        (None, None, Some(source)) => Source::Request(source),
        _ => return Err("it needs exactly one of value, claim and from".to_owned()),
    };
    Ok(RequestRule::Insert { name, source })
}

fn response_rule(rule: &ResponseHeaderRule) -> Result<ResponseRule, String> {
    match rule {
        ResponseHeaderRule::Propagate(propagated) => propagated_in_reply(propagated),
        ResponseHeaderRule::Insert(InsertedResponseHeader { name, value }) => {
            let name = header_name(name)?;
            allowed(&name, is_forbidden_to_insert)?;
            if name == header::SET_COOKIE {
                return Err("a cookie of the router's own would be everybody's".to_owned());
            }
            Ok(ResponseRule::Insert { name, value: header_value(value)? })
        }
        ResponseHeaderRule::Remove(removed) => removed_by(removed).map(ResponseRule::Remove),
    }
}

fn propagated_in_reply(rule: &PropagatedResponseHeader) -> Result<ResponseRule, String> {
    let PropagatedResponseHeader { name, prefix, matching, rename, default, merge } = rule;
    let selector = Selector::new(name.as_ref(), prefix.as_ref(), matching.as_ref())?;
    if let Selector::Name(name) = &selector {
        allowed(name, is_forbidden_in_reply)?;
    }
    only_with_name(name.is_some(), rename.as_ref(), default.as_ref())?;
    let rename = rename.as_deref().map(header_name).transpose()?;
    if let Some(rename) = &rename {
        allowed(rename, is_forbidden_in_reply)?;
    }
    Ok(ResponseRule::Propagate {
        selector,
        rename,
        default: default.as_deref().map(header_value).transpose()?,
        merge: *merge,
    })
}

fn removed_by(rule: &RemovedHeader) -> Result<Selector, String> {
    Selector::new(rule.name.as_ref(), rule.prefix.as_ref(), rule.matching.as_ref())
}

fn only_with_name(has_name: bool, rename: Option<&String>, default: Option<&String>) -> Result<(), String> {
    if has_name || (rename.is_none() && default.is_none()) {
        return Ok(());
    }
    Err("rename and default speak of one header; they go with name only".to_owned())
}

fn for_request(text: &str) -> Result<HeaderName, String> {
    let name = header_name(text)?;
    allowed(&name, is_forbidden_in_request)?;
    Ok(name)
}

fn allowed(name: &HeaderName, is_forbidden: fn(&HeaderName) -> bool) -> Result<(), String> {
    if is_forbidden(name) {
        return Err(format!("`{name}` is not for rules: it belongs to one message or connection, or to the router"));
    }
    Ok(())
}

fn header_value(text: &str) -> Result<HeaderValue, String> {
    HeaderValue::from_str(text).map_err(|_| "its value has characters that no header may have".to_owned())
}
