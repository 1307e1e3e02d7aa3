//! Pictures: the title of a course on two colours.

/// Letters of one line.
const LINE_LENGTH: usize = 22;
const LINES_MAX: usize = 4;

/// An SVG for the course of this row.
pub(super) fn svg(row: usize, title: &str) -> String {
    // The golden angle: neighbours in a list look different.
    let hue = row * 137 % 360;
    let other = (hue + 40) % 360;
    let lines: String = lines(title)
        .iter()
        .zip(0..)
        .map(|(line, place)| format!("<tspan x=\"20\" y=\"{}\">{}</tspan>", 60 + 28 * place, escaped(line)))
        .collect();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 320 180\" role=\"img\"><title>{}</title><defs>\
         <linearGradient id=\"g\" x2=\"1\" y2=\"1\"><stop stop-color=\"hsl({hue},55%,38%)\"/>\
         <stop offset=\"1\" stop-color=\"hsl({other},60%,24%)\"/></linearGradient></defs>\
         <rect width=\"320\" height=\"180\" fill=\"url(#g)\"/>\
         <text fill=\"#fff\" font-family=\"sans-serif\" font-size=\"22\" font-weight=\"600\">{lines}</text></svg>\n",
        escaped(title)
    )
}

/// The title in lines, broken between words.
fn lines(title: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in title.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < LINE_LENGTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.truncate(LINES_MAX);
    lines
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
