import { useQuery } from '@tanstack/react-query'
import { Box } from '@/design/box'
import { blockQuery } from '@/features/chain/api'
import { FindingMark } from '@/features/chain/finding'
import { SignatureList } from '@/features/chain/signature-list'
import { allOf, type Finding } from '@/features/chain/signatures'
import type { SignedBlock } from '@/features/chain/types'
import { useCheckedBlock } from '@/features/chain/use-checked'
import type { CheckedBlock } from '@/features/chain/verify'
import { useChain } from '@/features/chain/words'

const NONE_BEFORE = /^0{64}$/

interface LinkedBlock extends CheckedBlock {
  link: Finding
}

/** What this browser finds of a block and of its link to the one before; undefined until all of it is there. */
export function useLinkedBlock(block: SignedBlock): LinkedBlock | undefined {
  const { data: checked } = useCheckedBlock(block)
  const isFirst = block.height === 0
  const before = useQuery({ ...blockQuery(block.height - 1), enabled: !isFirst })
  if (!checked || (before.isPending && !isFirst)) return undefined
  const isLinked = isFirst ? NONE_BEFORE.test(block.previous_hash) : before.data?.hash === block.previous_hash
  const link = before.isError ? 'unknown' : isLinked ? 'holds' : 'fails'
  return { ...checked, link, finding: allOf([checked.finding, link]) }
}

function Check({ name, finding }: { name: string; finding: Finding }) {
  return (
    <li className="flex items-center gap-3">
      <FindingMark finding={finding} />
      {name}
    </li>
  )
}

/** What was computed of a block, one by one, and who signed it. */
export function BlockChecks({ block }: { block: SignedBlock }) {
  const { t } = useChain()
  const checked = useLinkedBlock(block)
  return (
    <div className="grid gap-4">
      {checked && (
        <Box title={t('chain.block.checked')}>
          <ul aria-label={t('chain.block.checked')} className="grid gap-2.5">
            <Check name={t('chain.check.header')} finding={checked.header.finding} />
            <Check name={t('chain.check.work')} finding={checked.work} />
            <Check name={t('chain.check.link')} finding={checked.link} />
          </ul>
        </Box>
      )}
      <Box title={t('chain.signatures')}>
        <SignatureList signatures={block.signatures} found={checked?.signatures} />
      </Box>
    </div>
  )
}
