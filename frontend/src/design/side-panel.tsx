import * as Dialog from '@radix-ui/react-dialog'
import { AnimatePresence, domAnimation, LazyMotion, m, useReducedMotion } from 'framer-motion'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { IconButton } from '@/design/button'
import { useI18n } from '@/lib/i18n'

interface SidePanelProps {
  open: boolean
  onClose: () => void
  title: string
  children: ReactNode
}

/**
 * A detail beside the list that it came from. The list stays live and usable, so it is not modal and a click outside does not close it;
 * Escape does. On a phone it covers the page.
 */
export function SidePanel({ open, onClose, title, children }: SidePanelProps) {
  const { t } = useI18n()
  const reduced = useReducedMotion() ?? false
  return (
    <Dialog.Root open={open} modal={false} onOpenChange={(next) => !next && onClose()}>
      <LazyMotion features={domAnimation} strict>
        <AnimatePresence>
          {open && (
            <Dialog.Portal forceMount>
              <Dialog.Content
                asChild
                forceMount
                aria-describedby={undefined}
                onInteractOutside={(event) => event.preventDefault()}
              >
                <m.div
                  data-panel
                  initial={reduced ? false : { opacity: 0, x: 32 }}
                  animate={{ opacity: 1, x: 0 }}
                  exit={{ opacity: 0, x: 24, transition: { duration: reduced ? 0 : 0.15 } }}
                  transition={{ type: 'spring', stiffness: 480, damping: 42, mass: 0.8 }}
                  className="glass max-md:bg-canvas fixed inset-0 z-40 flex flex-col overflow-hidden border-line-strong shadow-float outline-none md:inset-y-3 md:right-3 md:left-auto md:w-[440px] md:rounded-panel md:border"
                >
                  <div className="flex h-12 shrink-0 items-center justify-between border-b border-line pr-2.5 pl-5">
                    <Dialog.Title className="text-[13px] font-medium text-ink-2">{title}</Dialog.Title>
                    <Dialog.Close asChild>
                      <IconButton label={t('common.close')}>
                        <X size={16} aria-hidden />
                      </IconButton>
                    </Dialog.Close>
                  </div>
                  <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain">{children}</div>
                </m.div>
              </Dialog.Content>
            </Dialog.Portal>
          )}
        </AnimatePresence>
      </LazyMotion>
    </Dialog.Root>
  )
}
