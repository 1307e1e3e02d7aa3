//! The catalogue, page by page.

use kit_database::{DatabaseError, Executor, ToColumn, Value};
use kit_paging::{Order, PageRequest, Position, SortKey, SortValue};

use super::course::{COLUMNS, read};
use crate::domain::{Course, CourseFilter, CourseSort, CourseStatus};

const NEWEST: Order = Order::new("courses.newest", &[SortKey::descending("c.published_at")], "c.id");
/// Drafts have no time of publication.
const NEWEST_DRAFTS: Order = Order::new("courses.newest_drafts", &[SortKey::descending("c.created_at")], "c.id");
const UPDATED: Order = Order::new("courses.updated", &[SortKey::descending("c.updated_at")], "c.id");
const TITLE: Order = Order::new("courses.title", &[SortKey::ascending("c.title")], "c.id");
const PRICE_LOW: Order = Order::new("courses.price_low", &[SortKey::ascending("c.list_price_minor")], "c.id");
const PRICE_HIGH: Order = Order::new("courses.price_high", &[SortKey::descending("c.list_price_minor")], "c.id");

/// The order of a list of courses that all have this status.
pub(crate) fn order(sort: CourseSort, status: CourseStatus) -> &'static Order {
    match sort {
        CourseSort::Newest if status == CourseStatus::Published => &NEWEST,
        CourseSort::Newest => &NEWEST_DRAFTS,
        CourseSort::Updated => &UPDATED,
        CourseSort::Title => &TITLE,
        CourseSort::PriceLow => &PRICE_LOW,
        CourseSort::PriceHigh => &PRICE_HIGH,
    }
}

/// Where a course stands in [`order`].
pub(crate) fn position(sort: CourseSort, course: &Course) -> Position {
    let value: SortValue = match sort {
        CourseSort::Newest if course.status == CourseStatus::Published => {
            course.published_at.unwrap_or(course.created_at).into()
        }
        CourseSort::Newest => course.created_at.into(),
        CourseSort::Updated => course.updated_at.into(),
        CourseSort::Title => course.title.as_str().into(),
        CourseSort::PriceLow | CourseSort::PriceHigh => course.list_price.amount_minor.into(),
    };
    Position::new([value], course.id)
}

pub(crate) async fn page(
    on: impl Executor<'_>,
    filter: &CourseFilter,
    sort: CourseSort,
    page: &PageRequest,
) -> Result<Vec<Course>, DatabaseError> {
    let keyset = order(sort, filter.status).keyset(page);
    let conditions = Conditions::of(filter);
    let sql = format!(
        "SELECT {COLUMNS} FROM courses c WHERE {} AND {} ORDER BY {} LIMIT ?",
        conditions.text, keyset.condition, keyset.order_by
    );
    let query = conditions.values.into_iter().fold(on.query_assembled(sql), kit_database::Query::bind);
    keyset.bind_to(query).bind(keyset.limit).fetch_all().await?.iter().map(read).collect()
}

pub(crate) async fn count(on: impl Executor<'_>, filter: &CourseFilter) -> Result<i64, DatabaseError> {
    let conditions = Conditions::of(filter);
    let sql = format!("SELECT COUNT(*) AS courses FROM courses c WHERE {}", conditions.text);
    let query = conditions.values.into_iter().fold(on.query_assembled(sql), kit_database::Query::bind);
    query.fetch_one().await?.get("courses")
}

/// The conditions of a filter: text of this file only, and values for its placeholders.
struct Conditions {
    text: String,
    values: Vec<Value>,
}

impl Conditions {
    fn of(filter: &CourseFilter) -> Self {
        let mut made = Self { text: "c.status = ?".to_owned(), values: vec![filter.status.name().to_column()] };
        if let Some(text) = &filter.text {
            let pattern = like(text);
            made.and(
                "(LOWER(c.title) LIKE ? ESCAPE '!' OR LOWER(c.description) LIKE ? ESCAPE '!')",
                [pattern.clone().to_column(), pattern.to_column()],
            );
        }
        if let Some(ids) = &filter.category_ids {
            let list = list(ids.len());
            let text = format!(
                "c.category_id IN (SELECT k.id FROM categories k LEFT JOIN categories p ON p.id = k.parent_id
                  WHERE k.id IN {list} OR k.parent_id IN {list} OR p.parent_id IN {list})"
            );
            made.and(&text, ids.repeat(3).into_iter().map(ToColumn::to_column));
        }
        if let Some(levels) = &filter.levels {
            made.and(
                &format!("c.level IN {}", list(levels.len())),
                levels.iter().map(|level| level.name().to_column()),
            );
        }
        if let Some(language) = &filter.language {
            made.and("c.language = ?", [language.to_column()]);
        }
        for id in &filter.instructor_ids {
            made.and("c.id IN (SELECT i.course_id FROM course_instructors i WHERE i.user_id = ?)", [id.to_column()]);
        }
        match filter.free {
            Some(true) => made.and("c.list_price_minor = 0", []),
            Some(false) => made.and("c.list_price_minor > 0", []),
            None => {}
        }
        made
    }

    fn and(&mut self, text: &str, values: impl IntoIterator<Item = Value>) {
        self.text += " AND ";
        self.text += text;
        self.values.extend(values);
    }
}

/// So many placeholders; an empty list is one that holds nothing.
fn list(length: usize) -> String {
    if length == 0 { "(NULL)".to_owned() } else { format!("({})", vec!["?"; length].join(", ")) }
}

/// A pattern for what contains this text.
fn like(text: &str) -> String {
    let escaped = text.to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{escaped}%")
}
