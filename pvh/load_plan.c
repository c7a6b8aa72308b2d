/* SPDX-License-Identifier: BSD-2-Clause */
#include "pvh/load_plan.h"

/* An empty list with the same room. */
#define EMPTIED(list)                                                                              \
    {                                                                                              \
        .items = (list).items, .capacity = (list).capacity                                         \
    }

void plan_clear(struct load_plan *plan)
{
    for (size_t i = 0; i < plan->module_capacity; i++)
        plan->modules[i].reads.count = 0;
    *plan = (struct load_plan){
        .ram_parts = EMPTIED(plan->ram_parts),
        .reads = EMPTIED(plan->reads),
        .modules = plan->modules,
        .module_capacity = plan->module_capacity,
        .claims = EMPTIED(plan->claims),
        .copies = EMPTIED(plan->copies),
        .zero_before_exit = EMPTIED(plan->zero_before_exit),
        .zero_after_exit = EMPTIED(plan->zero_after_exit),
        .workspace = plan->workspace,
    };
}
