import { useQuery } from '@tanstack/react-query'
import { Users } from 'lucide-react'
import { useState } from 'react'
import { useParams } from 'react-router'
import { Page } from '@/app/page'
import { Answered } from '@/design/answered'
import { Box } from '@/design/box'
import { Button } from '@/design/button'
import { TextField } from '@/design/text-field'
import { hitQuery, useDecide } from '@/features/compliance/api'
import { EntryFacts } from '@/features/compliance/entry-facts'
import { HitChip } from '@/features/compliance/hit-chip'
import { HitSide } from '@/features/compliance/hit-side'
import { MetWords } from '@/features/compliance/met-words'
import type { HitDetail, Verdict } from '@/features/compliance/types'
import { useCompliance } from '@/features/compliance/words'
import { Person } from '@/features/session/person'
import { ProblemNote } from '@/features/risk/problem-note'
import { useUser } from '@/features/session/user'
import { toMs } from '@/lib/time'

const MAX_NOTE = 500
const PAYMENT_STATUSES = ['held', 'posted', 'voided', 'expired', 'denied'] as const
const isPaymentStatus = (status: string): status is (typeof PAYMENT_STATUSES)[number] =>
  PAYMENT_STATUSES.some((known) => known === status)

/** The first person says what they think, and why. */
function Propose({ hit }: { hit: HitDetail }) {
  const { t } = useCompliance()
  const decide = useDecide(hit.hit_id)
  const [note, setNote] = useState('')
  const [isAsked, setIsAsked] = useState(false)
  const propose = (verdict: Verdict) => () => {
    setIsAsked(true)
    if (note.trim()) decide.mutate({ verdict, note: note.trim() })
  }
  return (
    <Box title={t('compliance.decide')}>
      <div className="grid gap-3">
        <TextField
          label={t('compliance.why')}
          hint={t('hit.propose.lead')}
          problem={isAsked && !note.trim() ? t('compliance.why.missing') : undefined}
          maxLength={MAX_NOTE}
          value={note}
          onValue={setNote}
        />
        <ProblemNote error={decide.error} />
        <div className="flex flex-wrap gap-2">
          <Button kind="primary" busy={decide.isPending} onClick={propose('cleared')}>
            {t('hit.propose.clear')}
          </Button>
          <Button busy={decide.isPending} onClick={propose('confirmed')}>
            {t('hit.propose.confirm')}
          </Button>
        </div>
      </div>
    </Box>
  )
}

/** The second person agrees with that very proposal, or does not. */
function Judgement({ hit, proposedAt }: { hit: HitDetail; proposedAt: string }) {
  const { t } = useCompliance()
  const user = useUser()
  const decide = useDecide(hit.hit_id)
  const judge = (approve: boolean) => () => decide.mutate({ approve, proposed_at: proposedAt })
  return (
    <Box title={t('compliance.decide')}>
      <div className="grid gap-3">
        <ProblemNote error={decide.error} />
        {hit.proposed_by === user.id ? (
          <p className="flex items-start gap-2.5 text-pretty text-ink-2">
            <Users size={16} strokeWidth={1.75} aria-hidden className="mt-0.5 shrink-0 text-ink-3" />
            {t('compliance.fourEyes')}
          </p>
        ) : (
          <div className="flex flex-wrap gap-2">
            <Button kind="primary" busy={decide.isPending} onClick={judge(true)}>
              {t('hit.judge.yes')}
            </Button>
            <Button busy={decide.isPending} onClick={judge(false)}>
              {t('hit.judge.no')}
            </Button>
          </div>
        )}
      </div>
    </Box>
  )
}

function Proposal({ hit }: { hit: HitDetail }) {
  const { t, date, hourMinute } = useCompliance()
  const at = (instant: string) => t('compliance.at', { date: date(toMs(instant)), time: hourMinute(toMs(instant)) })
  if (hit.verdict === null || hit.proposed_by === null || hit.proposed_at === null) return null
  return (
    <Box title={t(`hit.proposal.${hit.verdict}`)}>
      <p className="text-pretty text-ink">{hit.note}</p>
      <p className="mt-1 text-[12px] text-ink-3 tabular">
        {t('compliance.proposed.by')} <Person id={hit.proposed_by} /> · {at(hit.proposed_at)}
      </p>
      {hit.judged_by !== null && hit.judged_at !== null && (
        <p className="text-[12px] text-ink-3 tabular">
          {t('compliance.said.approve')} <Person id={hit.judged_by} /> · {at(hit.judged_at)}
        </p>
      )}
    </Box>
  )
}

/** The payments that it held back or had refused, and how they stand now. */
function Payments({ hit }: { hit: HitDetail }) {
  const { t, date, hourMinute } = useCompliance()
  if (hit.payments.length === 0) return null
  const became = (payment: HitDetail['payments'][number]) => {
    if (payment.became === 'suspended') return t('hit.payment.suspended')
    return isPaymentStatus(payment.status) ? t(`hit.payment.${payment.status}`) : payment.status
  }
  const at = (instant: string) => t('compliance.at', { date: date(toMs(instant)), time: hourMinute(toMs(instant)) })
  return (
    <Box title={t('hit.payments')}>
      {hit.payments.some((payment) => payment.status === 'held') && (
        <p className="mb-2 text-pretty text-ink-2">{t('hit.payments.lead')}</p>
      )}
      <ul className="grid gap-1.5">
        {hit.payments.map((payment) => (
          <li key={payment.transfer_id} className="flex flex-wrap gap-x-2 text-ink-2 tabular">
            <span className="font-mono text-[12.5px] text-ink">{payment.transfer_id}</span>
            <span>{t(`hit.payment.${payment.side}`)}</span>
            <span>{became(payment)}</span>
            <span className="text-ink-3">{at(payment.at)}</span>
          </li>
        ))}
      </ul>
    </Box>
  )
}

function Found({ hit }: { hit: HitDetail }) {
  const { t, percent } = useCompliance()
  return (
    <Page
      title={hit[`${hit.about}_name`] ?? hit.customer_id ?? hit.payer_id ?? t('hit.unknown')}
      lead={`${hit.list_id} · ${hit.entry_id} · ${t('hit.score')} ${percent(hit.score, 0)}`}
      back={{ to: '/compliance/screening', label: t('hits.title') }}
      actions={<HitChip status={hit.status} />}
    >
      <div className="grid gap-4 lg:grid-cols-2">
        <HitSide hit={hit} />
        <Box title={t('hit.listed')}>
          {hit.entry === null ? <p className="text-ink-3">{t('hit.unknown')}</p> : <EntryFacts entry={hit.entry} />}
        </Box>
      </div>
      <Box title={t('hit.why')}>
        {hit.why === null ? (
          <p className="text-ink-3">{t('hit.why.gone')}</p>
        ) : (
          <MetWords why={hit.why} asked={t('hit.words.ours')} />
        )}
      </Box>
      <Payments hit={hit} />
      <Proposal hit={hit} />
      {hit.status === 'open' && <Propose hit={hit} />}
      {hit.status === 'proposed' && hit.proposed_at !== null && <Judgement hit={hit} proposedAt={hit.proposed_at} />}
    </Page>
  )
}

/** One hit: both sides, which words met, and what two people say. */
export default function HitPage() {
  const hit = useQuery(hitQuery(useParams()['hitId'] ?? ''))
  return <Answered of={hit}>{(detail) => <Found hit={detail} />}</Answered>
}
