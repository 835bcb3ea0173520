import type { ReactNode } from 'react'
import { Button } from '@/design/button'
import { Modal } from '@/design/modal'
import { useI18n } from '@/lib/i18n'

interface ConfirmDialogProps {
  title: string
  /** What comes of it. */
  children: ReactNode
  /** What the button says that does it. */
  action: string
  busy: boolean
  onConfirm: () => void
  onClose: () => void
}

/** Asks once before something that others rely on is changed. Open for as long as it is there. */
export function ConfirmDialog({ title, children, action, busy, onConfirm, onClose }: ConfirmDialogProps) {
  const { t } = useI18n()
  return (
    <Modal open onOpenChange={(open) => !open && onClose()} title={title} className="max-w-md">
      <div className="grid max-h-[calc(76vh-3.25rem)] gap-4 overflow-y-auto p-5 pt-3">
        {children}
        <div className="flex flex-wrap justify-end gap-2">
          <Button kind="quiet" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button kind="primary" busy={busy} onClick={onConfirm}>
            {action}
          </Button>
        </div>
      </div>
    </Modal>
  )
}
