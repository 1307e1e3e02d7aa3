use kit_graph::export_sdl;

use crate::sample::sample;

/// P3, P4, P17: what composition reads, word for word.
#[test]
fn the_sdl_of_a_small_subgraph_is_what_composition_needs() {
    insta::assert_snapshot!("sdl", export_sdl(&sample()));
}

/// The router asks a running subgraph for the same thing.
#[tokio::test]
async fn the_sdl_of_the_service_field_declares_the_same() {
    let response = sample().execute("{ _service { sdl } }").await;
    let sdl = response.data.into_json().unwrap()["_service"]["sdl"].as_str().unwrap().to_owned();
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(&sdl), words(&export_sdl(&sample())));
}
