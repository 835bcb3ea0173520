import type { ReactNode } from 'react'
import { CopyValue } from '@/design/copy-value'
import { Fact, Facts } from '@/design/facts'
import { FindingMark } from '@/features/chain/finding'
import { MerklePath } from '@/features/chain/merkle-path'
import { SignatureList } from '@/features/chain/signature-list'
import { allOf, type Finding } from '@/features/chain/signatures'
import { msOf, type Proof } from '@/features/chain/types'
import type { CheckedProof } from '@/features/chain/verify'
import { useChain } from '@/features/chain/words'

const STEP_DELAY_MS = 70

interface StepProps {
  index: number
  title: string
  body: string
  finding: Finding
  children?: ReactNode
}

function Step({ index, title, body, finding, children }: StepProps) {
  return (
    <li
      className="relative grid animate-rise grid-cols-[auto_minmax(0,1fr)] gap-x-4 pb-7 [animation-fill-mode:backwards] last:pb-0 not-last:before:absolute not-last:before:top-6 not-last:before:bottom-0 not-last:before:left-3 not-last:before:w-px not-last:before:bg-line-strong"
      style={{ animationDelay: `${index * STEP_DELAY_MS}ms` }}
    >
      <FindingMark finding={finding} />
      <div className="min-w-0">
        <h3 className="text-[14px] leading-6 font-semibold">{title}</h3>
        <p className="max-w-[70ch] text-pretty text-ink-3">{body}</p>
        {children && <div className="mt-3.5">{children}</div>}
      </div>
    </li>
  )
}

interface TransferFactsProps {
  proof: Proof
  /** The digest as it was computed here. */
  found: string | null
}

function TransferFacts({ proof: { transfer, kept_hash, digest }, found }: TransferFactsProps) {
  const { t, word, money, date, clock } = useChain()
  const bookedMs = msOf(transfer.booked_at_us)
  return (
    <Facts>
      <Fact name={t('prove.field.amount')}>{money(transfer.amount_minor, transfer.currency)}</Fact>
      <Fact name={t('prove.field.posted')}>{money(transfer.posted_minor, transfer.currency)}</Fact>
      <Fact name={t('prove.field.status')}>{word('prove.status', transfer.status)}</Fact>
      <Fact name={t('prove.field.purpose')}>{word('prove.purpose', transfer.purpose)}</Fact>
      {transfer.debit_account_id && (
        <Fact name={t('prove.field.from')}>
          <CopyValue value={transfer.debit_account_id} />
        </Fact>
      )}
      {transfer.credit_account_id && (
        <Fact name={t('prove.field.to')}>
          <CopyValue value={transfer.credit_account_id} />
        </Fact>
      )}
      <Fact name={t('prove.field.booked')}>{t('chain.at', { date: date(bookedMs), time: clock(bookedMs) })}</Fact>
      <Fact name={t('prove.field.kept')}>
        <CopyValue value={kept_hash} />
      </Fact>
      <Fact name={t('prove.field.digest')}>
        <CopyValue value={digest} />
      </Fact>
      {found !== null && found !== digest && (
        <Fact name={t('prove.field.computed')}>
          <CopyValue value={found} className="text-bad" />
        </Fact>
      )}
    </Facts>
  )
}

/** The way from the transfer to the signatures, each step as this browser found it. */
export function ProofSteps({ proof, checked }: { proof: Proof; checked: CheckedProof }) {
  const { t, count } = useChain()
  const { block } = proof
  const { digest, path, block: sealed } = checked
  const first = proof.keys[0]?.key_id ?? ''
  return (
    <ol className="min-w-0">
      <Step index={0} finding={digest.finding} title={t('prove.step.digest')} body={t('prove.step.digest.body')}>
        <TransferFacts proof={proof} found={digest.found} />
      </Step>
      <Step
        index={1}
        finding={path.finding}
        title={t('prove.step.path')}
        body={t('prove.step.path.body', { count: proof.path.length, leaves: count(block.leaves) })}
      >
        <MerklePath levels={path.levels} root={path.found} claimed={block.merkle_root} />
      </Step>
      <Step index={2} finding={sealed.header.finding} title={t('prove.step.header')} body={t('prove.step.header.body')}>
        <Facts>
          <Fact name={t('chain.block.previousHash')}>
            <CopyValue value={block.previous_hash} />
          </Fact>
          <Fact name={t('chain.block.hash')}>
            <CopyValue value={sealed.header.found ?? block.hash} />
          </Fact>
        </Facts>
      </Step>
      <Step
        index={3}
        finding={sealed.work}
        title={t('prove.step.work')}
        body={t('prove.step.work.body', { difficulty: count(block.difficulty) })}
      />
      <Step
        index={4}
        finding={sealed.signatures.length > 0 ? allOf(sealed.signatures.map(({ finding }) => finding)) : 'fails'}
        title={t('prove.step.signatures')}
        body={t('prove.step.signatures.body', { first })}
      >
        <SignatureList signatures={block.signatures} found={sealed.signatures} />
      </Step>
    </ol>
  )
}
