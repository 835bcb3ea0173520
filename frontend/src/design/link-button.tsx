import { Link, type LinkProps } from 'react-router'
import { BUTTON, KINDS, type ButtonKind } from '@/design/button'
import { classes } from '@/design/classes'

/** What looks like a button and leads elsewhere. */
export function LinkButton({ kind = 'secondary', className, ...rest }: LinkProps & { kind?: ButtonKind }) {
  return <Link className={classes(BUTTON, KINDS[kind], className)} {...rest} />
}
