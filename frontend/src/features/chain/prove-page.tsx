import { useQuery } from '@tanstack/react-query'
import { FileSearch, ShieldCheck, ShieldX } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { useNavigate, useParams } from 'react-router'
import { Page } from '@/app/page'
import { Answered } from '@/design/answered'
import { Box } from '@/design/box'
import { Button } from '@/design/button'
import { Field, INPUT } from '@/design/field'
import { PanelSkeleton } from '@/design/panel-skeleton'
import { Notice } from '@/design/states'
import { proofQuery } from '@/features/chain/api'
import { FindingMark } from '@/features/chain/finding'
import { ProofDocument } from '@/features/chain/proof-document'
import { ProofSteps } from '@/features/chain/proof-steps'
import type { Proof } from '@/features/chain/types'
import { canCheck, useCheckedProof } from '@/features/chain/use-checked'
import type { CheckedProof } from '@/features/chain/verify'
import { useChain } from '@/features/chain/words'
import { ApiError } from '@/lib/http'
import { isUuid } from '@/lib/ids'

function Ask({ asked }: { asked: string }) {
  const { t } = useChain()
  const navigate = useNavigate()
  const [text, setText] = useState(asked)
  const [isWrong, setIsWrong] = useState(false)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const id = text.trim().toLowerCase()
    setIsWrong(!isUuid(id))
    if (isUuid(id)) void navigate(`/chain/prove/${id}`)
  }
  return (
    <form onSubmit={submit} className="panel flex flex-wrap items-start gap-3 p-4 sm:p-5">
      <Field
        label={t('prove.id')}
        problem={isWrong ? t('prove.id.wrong') : undefined}
        className="min-w-[min(100%,18rem)] flex-1"
      >
        {(attributes) => (
          <input
            {...attributes}
            autoFocus={asked === ''}
            value={text}
            onChange={(event) => setText(event.target.value)}
            autoComplete="off"
            spellCheck={false}
            placeholder="0190a3f2-7c5e-5d1b-8a4f-2f1c9d7e6b01"
            className={`${INPUT} h-9 font-mono`}
          />
        )}
      </Field>
      <Button kind="primary" type="submit" className="mt-[1.4rem] max-sm:mt-0 max-sm:w-full">
        <ShieldCheck size={15} strokeWidth={1.75} aria-hidden />
        {t('prove.submit')}
      </Button>
    </form>
  )
}

function Verdict({ proof, checked }: { proof: Proof; checked: CheckedProof }) {
  const { t, count, money, word } = useChain()
  const { transfer, block } = proof
  const { finding } = checked
  return (
    <section role="status" className="panel flex animate-fade items-center gap-4 px-4 py-4 sm:px-5">
      <FindingMark finding={finding} large />
      <div className="min-w-0">
        <p className="text-[16px] font-semibold">{t(`prove.${finding}`, { height: count(block.height) })}</p>
        <p className="text-pretty text-ink-3">
          {finding === 'fails'
            ? t('prove.summary.fails')
            : t('prove.summary', {
                posted: money(transfer.posted_minor, transfer.currency),
                amount: money(transfer.amount_minor, transfer.currency),
                status: word('prove.status', transfer.status),
              })}
        </p>
      </div>
    </section>
  )
}

function Proved({ proof }: { proof: Proof }) {
  const { t } = useChain()
  const { data: checked } = useCheckedProof(proof)
  return (
    <>
      {checked && <Verdict proof={proof} checked={checked} />}
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_23rem]">
        <Box title={t('chain.block.checked')}>
          {checked && <ProofSteps proof={proof} checked={checked} />}
          {!checked && canCheck() && <PanelSkeleton />}
          {!canCheck() && <Notice icon={ShieldX} title={t('prove.impossible')} body={t('prove.impossible.body')} />}
        </Box>
        <ProofDocument proof={proof} />
      </div>
    </>
  )
}

function Asked({ transferId }: { transferId: string }) {
  const { t } = useChain()
  const proof = useQuery(proofQuery(transferId))
  if (proof.error instanceof ApiError && proof.error.status === 404) {
    return (
      <div className="panel">
        <Notice icon={FileSearch} title={t('prove.missing')} body={t('prove.missing.body')} role="status">
          <Button className="mt-5" busy={proof.isFetching} onClick={() => void proof.refetch()}>
            {t('common.retry')}
          </Button>
        </Notice>
      </div>
    )
  }
  return <Answered of={proof}>{(found) => <Proved proof={found} />}</Answered>
}

/** A transfer's way into a signed block, computed anew in this browser. */
export default function ProvePage() {
  const { t } = useChain()
  const transferId = useParams()['transferId'] ?? ''
  return (
    <Page title={t('prove.title')} lead={t('prove.lead')} back={{ to: '/chain', label: t('chain.title') }}>
      <Ask key={transferId} asked={transferId} />
      {transferId === '' ? (
        <div className="panel">
          <Notice icon={ShieldCheck} title={t('prove.none')} body={t('prove.none.body')} />
        </div>
      ) : (
        <Asked key={transferId} transferId={transferId} />
      )}
    </Page>
  )
}
