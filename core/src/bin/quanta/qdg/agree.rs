//! `quanta qdg agree A B…`: how far clusterings of the same samples agree.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use quanta_core::analysis::qdg::{Agreed, Clusters, agree};
use serde_json::json;

use super::scores::read;
use crate::failure::usage;
use crate::output;

const EXAMPLES: &str = "\
Examples:
  quanta train --preset language --seed-model 1 --out other.safetensors
  quanta qdg other.safetensors --samples-from clusters.safetensors --out other-clusters.safetensors
  quanta qdg agree clusters.safetensors other-clusters.safetensors
      Whether two models of one language that started apart give the same clusters of the same samples.

Of several files all pairs are compared, and the means printed. ARI and AMI are 0 for chance and 1 where two
clusterings are the same.";

/// The subcommand's flags.
pub fn command() -> Command {
    Command::new("agree")
        .about("Compare clusterings of the same samples with each other")
        .arg(
            Arg::new("clusters")
                .value_name("CLUSTERS")
                .num_args(2..)
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("Files that quanta qdg has written, of the same samples"),
        )
        .arg(super::json_arg())
        .after_help(EXAMPLES)
}

/// Prints the agreement of each clustering.
pub fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let paths = matches.get_many::<PathBuf>("clusters").unwrap_or_default();
    let files = paths.map(|path| Ok(read(path)?.1)).collect::<anyhow::Result<Vec<Clusters>>>()?;
    let agreed = agree(&files.iter().collect::<Vec<&Clusters>>()).map_err(usage)?;
    if matches.get_flag("json") {
        let object = |one: &Agreed| {
            let [ari, ami] = one.means();
            let (similarity, method) = (one.similarity.word(), one.method.word());
            json!({ "similarity": similarity, "method": method, "k": one.k, "ari": ari, "ami": ami, "pairs": one.pairs })
        };
        return agreed.iter().try_for_each(|one| output::line(&object(one).to_string()));
    }
    let mut text = format!("{:<36}{:>6}{:>9}{:>9}\n", "", "k", "ARI", "AMI");
    for one in &agreed {
        let [ari, ami] = one.means();
        let name = format!("{}, {}", one.similarity.word(), one.method.word());
        text += &format!("{name:<36}{:>6}{ari:>9.3}{ami:>9.3}\n", one.k);
    }
    output::whole(&text)
}
