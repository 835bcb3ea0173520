import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { Customer, Device, Devices, Incomes, NewIncome } from '@/features/customers/types'
import type { Page } from '@/lib/api-types'
import { query, request } from '@/lib/http'

const PAGE_ROWS = '50'
const pathOf = (customerId: string, ...rest: readonly string[]) =>
  ['/v1/customers', ...[customerId, ...rest].map(encodeURIComponent)].join('/')

/** All customers, by id. */
export const customersQuery = infiniteQueryOptions({
  queryKey: ['customers'],
  queryFn: ({ pageParam, signal }) =>
    request<Page<Customer>>(query('/v1/customers', { cursor: pageParam, limit: PAGE_ROWS }), { signal }),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
})

export const incomeQuery = (customerId: string) =>
  queryOptions({
    queryKey: ['customer', customerId, 'income'],
    queryFn: ({ signal }) => request<Incomes>(pathOf(customerId, 'income'), { signal }),
  })

export const devicesQuery = (customerId: string) =>
  queryOptions({
    queryKey: ['customer', customerId, 'devices'],
    queryFn: ({ signal }) => request<Devices>(pathOf(customerId, 'devices'), { signal }),
  })

/** Keeps what a customer declared; what holds then is the answer. */
export function useDeclare(customerId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (wanted: NewIncome) => request<Incomes>(pathOf(customerId, 'income'), { method: 'PUT', body: wanted }),
    onSuccess: (incomes) => client.setQueryData(incomeQuery(customerId).queryKey, incomes),
  })
}

export type DeviceMove = { how: 'ask' | 'confirm' | 'remove'; deviceId: string }

function send(customerId: string, { how, deviceId }: DeviceMove): Promise<Device> {
  if (how === 'ask') return request(pathOf(customerId, 'devices'), { method: 'PUT', body: { device_id: deviceId } })
  if (how === 'confirm') return request(pathOf(customerId, 'devices', deviceId, 'confirmation'), { method: 'POST' })
  return request(pathOf(customerId, 'devices', deviceId), { method: 'DELETE' })
}

/** Asks for a device, confirms or removes it; the list is asked for anew, also where somebody else was quicker. */
export function useMoveDevice(customerId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (move: DeviceMove) => send(customerId, move),
    onSettled: () => client.invalidateQueries({ queryKey: devicesQuery(customerId).queryKey }),
  })
}
