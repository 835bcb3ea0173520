/** A model card such as a training writes. */
export function modelCard(version: number, precision: number): string {
  return `# fraud ${version}

Says how likely a transaction is to be a fraud before its money moves. The bank's policy turns that into allow, review, a challenge or a denial; rules and lists stand beside it. **It is not for decisions about credit**, and nobody's account is closed by it.

It proposes to review from 0.0410 on and to deny from 0.6300 on.

## Data

Vectors are those that each decision saw, folded again from the decision log; labels are those known at the cutoff.

| slice | from (UTC) | to (UTC) | decisions | known frauds |
|---|---|---|---|---|
| learn | 2025-08-27 00:00 | 2025-10-28 00:00 | 702,118 | 1,204 |
| stop | 2025-10-28 00:00 | 2025-11-04 00:00 | 80,412 | 139 |
| calibrate | 2025-11-04 00:00 | 2025-11-11 00:00 | 81,006 | 141 |
| judge | 2025-11-11 00:00 | 2025-11-24 00:00 | 149,882 | 262 |

## Members

- gradient trees (LightGBM): 412 trees over 168 features
- isolation forest (no labels): 100 trees over 40 features
- network: 64 features, two layers of 32

## How good it is

| metric | value |
|---|---|
| average precision | ${precision.toFixed(4)} (${(precision - 0.031).toFixed(4)} to ${(precision + 0.027).toFixed(4)}) |
| area under the ROC curve | ${(0.962 + precision / 40).toFixed(4)} |
| recall where 0.6% are looked at | ${(precision + 0.14).toFixed(3)} |

## By segment

| dimension | group | decisions | frauds | found | false alarms |
|---|---|---|---|---|---|
| channel | pix | 71,204 | 160 | 76% | 310 |
| channel | card | 60,930 | 84 | 71% | 288 |
| channel | ted | 5,311 | 7 | 43% | 30 |

## Limits

- It knows frauds that somebody reported within the label delay; what nobody reports, it learns as honest.
- What the bank refused is known only through the small control group that is let through.
- Too few frauds to judge it by: channel ted.
`
}
