use router_composition::*;
fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let mut sources = vec![];
    if args[0].ends_with(".json") {
        let v: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&args[0]).unwrap()).unwrap();
        for s in v.as_array().unwrap() {
            let name = s["name"].as_str().unwrap().to_owned();
            sources.push(SubgraphSource {
                file_name: format!("{name}.graphql"),
                name,
                url: s["url"].as_str().unwrap().into(),
                sdl: s["sdl"].as_str().unwrap().into(),
            });
        }
    } else {
        for a in &args {
            let name = std::path::Path::new(a).file_stem().unwrap().to_str().unwrap().to_owned();
            sources.push(SubgraphSource {
                file_name: a.clone(),
                url: format!("http://{name}"),
                name,
                sdl: std::fs::read_to_string(a).unwrap(),
            });
        }
    }
    match compose(&sources) {
        Ok(c) => {
            for h in &c.hints {
                eprintln!("{h}");
            }
            print!("{}", c.supergraph_sdl)
        }
        Err(e) => {
            eprint!("{}", render(&e, &sources, false));
            std::process::exit(1)
        }
    }
}
