import { CircleAlert } from 'lucide-react'
import { Component, type ReactNode } from 'react'
import { Button } from '@/design/button'
import { Notice } from '@/design/states'
import { useI18n } from '@/lib/i18n'

function Crashed() {
  const { t } = useI18n()
  return (
    <Notice icon={CircleAlert} title={t('error.crash.title')} body={t('error.crash.body')} role="alert">
      <Button className="mt-5" onClick={() => window.location.reload()}>
        {t('error.reload')}
      </Button>
    </Notice>
  )
}

/** The last stop of an error while rendering. */
export class CrashBoundary extends Component<{ children: ReactNode }, { crashed: boolean }> {
  override state = { crashed: false }

  static getDerivedStateFromError(): { crashed: boolean } {
    return { crashed: true }
  }

  override render(): ReactNode {
    return this.state.crashed ? <Crashed /> : this.props.children
  }
}
