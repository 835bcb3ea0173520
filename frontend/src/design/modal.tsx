import * as Dialog from '@radix-ui/react-dialog'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { IconButton } from '@/design/button'
import { classes } from '@/design/classes'
import { useI18n } from '@/lib/i18n'

interface ModalProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  hideTitle?: boolean
  className?: string
  children: ReactNode
}

export function Modal({ open, onOpenChange, title, hideTitle = false, className, children }: ModalProps) {
  const { t } = useI18n()
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-50 animate-fade bg-scrim" />
        <Dialog.Content
          aria-describedby={undefined}
          className={classes(
            'glass fixed inset-x-4 top-[12vh] z-50 mx-auto max-h-[76vh] max-w-xl animate-rise overflow-hidden rounded-panel border border-line-strong shadow-float outline-none',
            className,
          )}
        >
          {hideTitle ? (
            <Dialog.Title className="sr-only">{title}</Dialog.Title>
          ) : (
            <div className="flex items-center justify-between px-5 pt-4">
              <Dialog.Title className="text-[15px] font-semibold">{title}</Dialog.Title>
              <Dialog.Close asChild>
                <IconButton label={t('common.close')}>
                  <X size={16} aria-hidden />
                </IconButton>
              </Dialog.Close>
            </div>
          )}
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
