import { CopyValue } from '@/design/copy-value'
import { FindingMark } from '@/features/chain/finding'
import type { SignatureFinding } from '@/features/chain/signatures'
import type { Signature } from '@/features/chain/types'
import { useChain } from '@/features/chain/words'

interface SignatureListProps {
  signatures: readonly Signature[]
  /** Absent while they are being checked, or where this browser cannot. */
  found: readonly SignatureFinding[] | undefined
}

/** Who signed, with what, and whether it holds. */
export function SignatureList({ signatures, found }: SignatureListProps) {
  const { t } = useChain()
  return (
    <ul aria-label={t('chain.signatures')} className="grid gap-3">
      {signatures.map(({ key_id, algorithm, signature }) => {
        const finding = found?.find(({ keyId }) => keyId === key_id)?.finding
        return (
          <li key={key_id} className="flex items-start gap-3">
            {finding && <FindingMark finding={finding} />}
            <span className="grid min-w-0 gap-0.5">
              <span className="flex flex-wrap items-center gap-x-3">
                <span className="font-medium">{t(`chain.algorithm.${algorithm}`)}</span>
                <CopyValue value={key_id} />
              </span>
              <span className="flex min-w-0 flex-wrap items-center gap-x-3 text-[12.5px] text-ink-3">
                <CopyValue value={signature} />
                {finding === 'unknown' && t('chain.finding.unknown')}
              </span>
            </span>
          </li>
        )
      })}
    </ul>
  )
}
