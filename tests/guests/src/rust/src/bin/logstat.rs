// SPDX-License-Identifier: Apache-2.0
//! Reads a web server's log on stdin and prints a JSON summary: a regular expression
//! engine, hash maps, sorting, and a serialiser whose output is parsed again.
use regex::Regex;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, Write};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Path {
    path: String,
    requests: u32,
    mean_bytes: f64,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Summary {
    requests: usize,
    malformed: usize,
    by_status: BTreeMap<u16, u32>,
    by_hour: Vec<u32>,
    busiest: Vec<Path>,
    longest_address: Option<String>,
}

fn summarise(input: impl BufRead) -> Summary {
    let line_form = Regex::new(
        r#"^(?P<from>[\w.:-]+) - (?:-|\w+) \[\d\d/[A-Z][a-z]{2}/\d{4}:(?P<hour>\d\d):[^\]]+\] "(?:GET|POST|HEAD) (?P<path>/[^ "?]*)[^"]*" (?P<status>\d{3}) (?P<bytes>\d+)$"#,
    )
    .expect("a valid expression");
    let mut summary = Summary { by_hour: vec![0; 24], ..Summary::default() };
    let mut paths: HashMap<String, (u32, u64)> = HashMap::new();
    for line in input.lines().map_while(Result::ok) {
        let Some(found) = line_form.captures(&line) else {
            summary.malformed += 1;
            continue;
        };
        summary.requests += 1;
        *summary.by_status.entry(found["status"].parse().unwrap()).or_default() += 1;
        summary.by_hour[found["hour"].parse::<usize>().unwrap() % 24] += 1;
        let path = paths.entry(found["path"].to_string()).or_default();
        path.0 += 1;
        path.1 += found["bytes"].parse::<u64>().unwrap_or(0);
        let from = &found["from"];
        if summary.longest_address.as_ref().is_none_or(|a| a.len() < from.len()) {
            summary.longest_address = Some(from.to_string());
        }
    }
    let mut busiest: Vec<_> = paths.into_iter().collect();
    busiest.sort_by(|a, b| b.1.0.cmp(&a.1.0).then_with(|| a.0.cmp(&b.0)));
    summary.busiest = busiest
        .into_iter()
        .take(8)
        .map(|(path, (requests, bytes))| {
            Path { path, requests, mean_bytes: bytes as f64 / f64::from(requests) }
        })
        .collect();
    summary
}

fn main() -> std::io::Result<()> {
    let summary = summarise(std::io::stdin().lock());
    let text = serde_json::to_string_pretty(&summary)?;
    let again: Summary = serde_json::from_str(&text)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    writeln!(out, "{}", if again == summary { "parsed back equal" } else { "PARSED BACK UNEQUAL" })
}
