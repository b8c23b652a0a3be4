/**
 * The text of `--help`.
 */
export const help = `Usage: npm run report -- --input FILE|- --format FORMAT [options]

Reads interactions and calls from a file and reports which share of interactions needed no effective call.

Input
  --input FILE|-         the file to read; - for standard input. XES and CSV may be packed with gzip
  --format FORMAT        asterisk-cdr, freeswitch-cdr, xes, ocel2, csv or cloudevents
  --mapping FILE         a JSON mapping that says how records become facts (docs/mapping.md)
  --time-zone ZONE       the IANA zone of times without an offset, and of days and hours in the report;
                         default: the mapping's, else UTC

What is counted
  --customer ID          whose interactions they are; a UUID or any name. Default: example
  --window WINDOW        how long after an interaction a call still counts as its own: in-interaction, PT24H
                         (default), PT72H or P7D. All four are reported; this one leads
  --as-of TIME           the moment as of which to report, ISO 8601. Default: the latest event less the lateness
  --min-talk-seconds N   a call is effective when a person spoke for more than N seconds. Default: 0
  --unknown-human HOW    what an answered call counts as of which nobody knows who answered: effective (default)
                         or not-effective
  --collapse on|off      whether consecutive repeats of a step count as one. Default: on
  --max-steps N|none     the longest journey that is told apart. Default: 50

Where events are kept
  --store sqlite:FILE|URL|embedded[:DIR]
                         a file (Node 22.13 and later), a PostgreSQL database, or a server of the run's own, with its
                         data in DIR. Rows that an earlier run recorded add nothing. Default: the memory of the run
  --key-file FILE        the key under which cases of the source become ids of the store, made where there is none;
                         keep it apart from the store. Default: ~/.tacet/deflection-report.key

Output
  --json FILE|-          write the report as JSON (docs/report-format.md); with - nothing else is on standard output
  --html FILE            write the report as one self-contained page
  --rejects FILE         write the rejected rows: CSV where the name ends in .csv, else JSON lines
  --strict               exit with 1 if any row was rejected

  --help                 print this

Exit codes: 0 done; 1 rejected rows and --strict; 2 the input, the mapping or an option cannot be used.
`
