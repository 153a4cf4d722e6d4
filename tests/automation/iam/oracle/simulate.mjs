// Reads cases, one a line, and writes the decision of iam-simulate about each, one a line.
import { createInterface } from 'node:readline'
import { createRequire } from 'node:module'

const { runSimulation } = createRequire(`${process.argv[2]}/`)('@cloud-copilot/iam-simulate')
const named = (policy) => (policy ? [{ name: 'policy', policy }] : undefined)

for await (const line of createInterface({ input: process.stdin })) {
  const given = JSON.parse(line)
  const answer = await runSimulation(
    {
      request: {
        principal: given.principal,
        action: given.action,
        resource: { resource: given.resource, accountId: given.account },
        contextVariables: given.context,
      },
      identityPolicies: given.identity.map((policy, n) => ({ name: `policy-${n}`, policy })),
      permissionBoundaryPolicies: named(given.boundary),
      sessionPolicy: given.session ?? undefined,
      resourcePolicy: given.resourcePolicy ?? undefined,
      vpcEndpointPolicies: named(given.endpoint),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  )
  const errors = answer.resultType === 'error' ? answer.errors : undefined
  const ignored = answer.result?.ignoredContextKeys ?? []
  console.log(JSON.stringify({ decision: answer.overallResult, errors, ignored }))
}
