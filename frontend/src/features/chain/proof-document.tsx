import { Check, Copy, Download } from 'lucide-react'
import { useState } from 'react'
import { Box } from '@/design/box'
import { Button, IconButton } from '@/design/button'
import { commandOf, documentOf, nameOf } from '@/features/chain/document'
import type { Proof } from '@/features/chain/types'
import { useChain } from '@/features/chain/words'
import { saveFile } from '@/lib/save'

type Copied = 'document' | 'command' | null

/** The document that somebody takes along, and the line that checks it anywhere. */
export function ProofDocument({ proof }: { proof: Proof }) {
  const { t } = useChain()
  const [copied, setCopied] = useState<Copied>(null)
  const command = commandOf(proof)
  const copy = (what: Exclude<Copied, null>, text: string) =>
    void navigator.clipboard.writeText(text).then(() => setCopied(what))
  const mark = (what: Copied) =>
    copied === what ? <Check size={15} className="text-good" aria-hidden /> : <Copy size={15} aria-hidden />
  const save = () => saveFile(new Blob([documentOf(proof)], { type: 'application/json' }), nameOf(proof))
  return (
    <Box title={t('prove.document')}>
      <p className="text-pretty text-ink-3">{t('prove.document.body')}</p>
      <div className="mt-4 flex flex-wrap gap-2">
        <Button kind="primary" onClick={save}>
          <Download size={15} aria-hidden />
          {t('prove.document.save')}
        </Button>
        <Button onClick={() => copy('document', documentOf(proof))}>
          {mark('document')}
          {t('prove.document.copy')}
        </Button>
      </div>
      <p className="mt-5 mb-1.5 text-[12px] font-medium text-ink-2">{t('prove.document.command')}</p>
      <div className="relative">
        <pre
          tabIndex={0}
          aria-label={t('prove.document.command')}
          className="rounded-control bg-sunken py-2.5 pr-11 pl-3 font-mono text-[12px] leading-5 break-all whitespace-pre-wrap text-ink-2"
        >
          {command}
        </pre>
        <IconButton
          label={t('common.copy')}
          className="absolute top-1.5 right-1.5"
          onClick={() => copy('command', command)}
        >
          {mark('command')}
        </IconButton>
      </div>
      <span role="status" className="sr-only">
        {copied && t('common.copied')}
      </span>
    </Box>
  )
}
