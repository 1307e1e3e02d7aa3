#[path = "../tests/api_text.rs"]
mod api_text;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let ours = router_schema::Supergraph::parse(&std::fs::read_to_string(&a[1]).unwrap()).unwrap();
    let reference = router_schema::Supergraph::parse(&std::fs::read_to_string(&a[2]).unwrap()).unwrap();
    let api = apollo_compiler::Schema::builder()
        .ignore_builtin_redefinitions()
        .parse(std::fs::read_to_string(&a[3]).unwrap(), "x")
        .build()
        .unwrap();
    let (x, y, z) =
        (api_text::api_text(ours.api_schema()), api_text::api_text(reference.api_schema()), api_text::api_text(&api));
    println!("ours==ref-supergraph-api {} ours==ref-api {} lines {}", x == y, x == z, x.lines().count());
    let zs: std::collections::HashSet<&str> = z.lines().collect();
    let xs: std::collections::HashSet<&str> = x.lines().collect();
    for l in x.lines().filter(|l| !zs.contains(l)).take(10) {
        println!("+{l}");
    }
    for l in z.lines().filter(|l| !xs.contains(l)).take(10) {
        println!("-{l}");
    }
}
