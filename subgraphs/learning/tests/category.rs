//! The tree of categories.

use kit_database::DatabaseError;
use kit_ids::CategoryId;
use kit_testing::TestDatabase;
use learning::domain::{Category, Rejection};
use learning::events::CATEGORY_UPSERTED;
use learning::service::{CategoryDraft, ServiceError, ServiceResult};

use crate::catalogue::Stage;

fn draft(slug: &str, parent_id: Option<CategoryId>) -> CategoryDraft {
    CategoryDraft { id: None, slug: slug.to_owned(), name: slug.to_uppercase(), parent_id }
}

async fn put(stage: &Stage, draft: CategoryDraft) -> ServiceResult<Category> {
    stage.catalogue.upsert_category(&stage.owner, &draft, None).await
}

fn moved(category: &Category, parent_id: Option<CategoryId>) -> CategoryDraft {
    CategoryDraft { id: Some(category.id), slug: category.slug.clone(), name: category.name.clone(), parent_id }
}

kit_testing::on_each_database! {
    /// Domain 3.2: three levels, no circle; a refusal changes nothing, and what is so already is not told again.
    async fn categories_make_a_tree_of_three_levels(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        let one = put(&stage, draft("one", None)).await.unwrap();
        let two = put(&stage, draft("two", Some(one.id))).await.unwrap();
        let three = put(&stage, draft("three", Some(two.id))).await.unwrap();
        let refused = [draft("four", Some(three.id)), moved(&one, Some(three.id)), moved(&one, Some(one.id))];
        for draft in refused {
            let refused = put(&stage, draft).await;
            assert!(matches!(refused, Err(ServiceError::Rejected(Rejection::CategoryCycle))), "{refused:?}");
        }
        let up = put(&stage, moved(&three, Some(one.id))).await.unwrap();
        assert_eq!(put(&stage, moved(&three, Some(one.id))).await.unwrap(), up);
        assert_eq!(stage.events().await, [CATEGORY_UPSERTED; 4]);
    }

    /// Domain 3.2: of two moves that would make a circle together, one is refused.
    async fn two_moves_at_once_make_no_circle(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        let (one, two) = (put(&stage, draft("one", None)).await.unwrap(), put(&stage, draft("two", None)).await.unwrap());
        let (below_two, below_one) =
            tokio::join!(put(&stage, moved(&one, Some(two.id))), put(&stage, moved(&two, Some(one.id))));
        assert_eq!([below_two.is_ok(), below_one.is_ok()].iter().filter(|is_moved| **is_moved).count(), 1);
        let rows = stage.database.query("SELECT COUNT(*) AS n FROM categories WHERE parent_id IS NULL").fetch_one().await;
        assert_eq!(rows.unwrap().get::<i64>("n").unwrap(), 2, "the top of the tree, and the stage's own category");
    }

    /// Domain 3.2: slugs are unique; P7: a repeated request makes one category.
    async fn a_slug_is_taken_once_and_a_repeated_request_makes_one_category(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        let make = async |slug: &str| stage.catalogue.upsert_category(&stage.owner, &draft(slug, None), Some("key")).await;
        let first = make("one").await.unwrap();
        assert_eq!(make("one").await.unwrap(), first);
        assert!(matches!(make("two").await, Err(ServiceError::Rejected(Rejection::IdempotencyConflict))));
        for taken in [draft("one", None), CategoryDraft { slug: "art".to_owned(), ..moved(&first, None) }] {
            assert!(matches!(put(&stage, taken).await, Err(ServiceError::Rejected(Rejection::SlugTaken))));
        }
        let stored = stage.database.query("SELECT slug FROM categories ORDER BY slug").fetch_all().await;
        let stored: Result<Vec<String>, DatabaseError> = stored.unwrap().iter().map(|row| row.get("slug")).collect();
        assert_eq!(stored.unwrap(), ["art", "one"]);
    }
}
