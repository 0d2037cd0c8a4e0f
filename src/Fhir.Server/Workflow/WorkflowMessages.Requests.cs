// What the workflow says of ServiceRequests, Appointments and Slots.

using FhirHub.Model;

namespace FhirHub.Server.Workflow;

/// <content>Requests, appointments and slots.</content>
internal static partial class WorkflowMessages
{
    public static readonly MessageTemplate DirectionMissing = new(
        "workflow-direction-missing",
        "A referral needs a direction in ServiceRequest.category, a code of {0}: up, down or transfer.",
        "转诊需要在 ServiceRequest.category 中给出方向，即 {0} 中的代码：up、down 或 transfer。");

    public static readonly MessageTemplate PerformerMissing = new(
        "workflow-performer-missing",
        "A {0} names those who are asked in ServiceRequest.performer.",
        "{0} 须在 ServiceRequest.performer 中给出被请求者。");

    public static readonly MessageTemplate TierMissing = new(
        "workflow-tier-missing",
        "The direction {0} goes by tiers, and {1} has none; give it, or an organization that it is part of, a type of {2}.",
        "方向 {0} 取决于机构层级，而 {1} 没有层级；请为它或其上级机构给出 {2} 中的 type。");

    public static readonly MessageTemplate DirectionWrong = new(
        "workflow-direction-wrong",
        "The direction is {0}, but {1} is of the tier {2} and {3}, which is asked, of the tier {4}. Up leads to a higher tier, down to a lower one, transfer to any other institution.",
        "方向为 {0}，但 {1} 的层级为 {2}，被请求的 {3} 的层级为 {4}。up 转向更高层级，down 转向更低层级，transfer 转向任何其他机构。");

    public static readonly MessageTemplate TransferWithin = new(
        "workflow-transfer-within",
        "A transfer leads to another institution, but {0} is asked by {1}, which is the same.",
        "transfer 转向其他机构，但 {1} 请求的 {0} 是同一机构。");

    public static readonly MessageTemplate RequestFixed = new(
        "workflow-request-fixed",
        "{0} can't change any more, since {1} is in the state {2}; cancel that Task and send a new ServiceRequest.",
        "{1} 的状态为 {2}，因此 {0} 不能再更改；请取消该 Task 并发送新的 ServiceRequest。");

    public static readonly MessageTemplate BasedOnFixed = new(
        "workflow-based-on-fixed",
        "{0} is based on {1}, and that never changes; cancel it and send a new one.",
        "{0} 基于 {1}，这不可更改；请取消它并重新发送。");

    public static readonly MessageTemplate ReturnTo = new(
        "workflow-return-to",
        "{0} returns the patient of {1}, so it asks {2}, where that came from, and not {3}.",
        "{0} 是 {1} 的回转，因此应请求其来源 {2}，而不是 {3}。");

    public static readonly MessageTemplate ReturnFrom = new(
        "workflow-return-from",
        "{0} was not asked by {1} and can't return its patient; those who were: {2}.",
        "{1} 没有请求 {0}，因此其不能转回患者；被请求的机构为：{2}。");

    public static readonly MessageTemplate RequestStatus = new(
        "workflow-request-status",
        "{0} has the status {1}, and with its Tasks ({2}) it must be {3}; leave it to the server, which changes it with them.",
        "{0} 的状态为 {1}，而根据其 Task（{2}）应为 {3}；请由服务器随 Task 一同更改。");

    public static readonly MessageTemplate DeleteRequest = new(
        "workflow-delete-request",
        "{0} can't be deleted, since {1} refers to it; move that Task to the state cancelled instead.",
        "{0} 被 {1} 引用，不能删除；请将该 Task 的状态变为 cancelled。");

    public static readonly MessageTemplate OneRequest = new(
        "workflow-one-request",
        "An appointment is for one referral or consultation, but this one is based on {0}.",
        "一个预约只对应一次转诊或会诊，但该预约基于 {0}。");

    public static readonly MessageTemplate AppointmentMissing = new(
        "workflow-appointment-missing",
        "{0} is scheduled, which needs an Appointment with the status booked, pending or arrived that is based on {1}; create it first, or in the same transaction.",
        "{0} 的状态为 scheduled，需要一个基于 {1} 且状态为 booked、pending 或 arrived 的 Appointment；请先创建它，或在同一个事务中创建。");

    public static readonly MessageTemplate AppointmentGivenUp = new(
        "workflow-appointment-given-up",
        "{0} can't be {1} while {2} stays scheduled without another appointment; move the Task to accepted or cancelled in the same transaction.",
        "{2} 仍为 scheduled 且没有其他预约时，{0} 不能为 {1}；请在同一个事务中将该 Task 变为 accepted 或 cancelled。");

    public static readonly MessageTemplate AppointmentUnscheduled = new(
        "workflow-appointment-unscheduled",
        "{0} can't be {1}: no Task of {2} is scheduled ({3}); move the Task to scheduled in the same transaction.",
        "{0} 不能为 {1}：{2} 没有状态为 scheduled 的 Task（{3}）；请在同一个事务中将 Task 变为 scheduled。");

    public static readonly MessageTemplate AppointmentStatus = new(
        "workflow-appointment-status",
        "{0} can't be {1}; with the Tasks of {2} ({3}) it must be {4}.",
        "{0} 不能为 {1}；根据 {2} 的 Task（{3}）应为 {4}。");

    public static readonly MessageTemplate DeleteAppointment = new(
        "workflow-delete-appointment",
        "{0} is {1} and belongs to {2}, so it can't be deleted; give it the status cancelled, and move the Task to accepted or cancelled in the same transaction.",
        "{0} 的状态为 {1} 且属于 {2}，不能删除；请将其状态改为 cancelled，并在同一个事务中将 Task 变为 accepted 或 cancelled。");

    public static readonly MessageTemplate SlotNotFree = new(
        "workflow-slot-not-free",
        "{0} is {1}, not free; choose another one, such as from Slot?status=free.",
        "{0} 的状态为 {1}，不是 free；请另选一个，如查询 Slot?status=free。");

    public static readonly MessageTemplate SlotTaken = new(
        "workflow-slot-taken",
        "{0} is taken by {1}; choose another one, such as from Slot?status=free.",
        "{0} 已被 {1} 占用；请另选一个，如查询 Slot?status=free。");

    public static readonly MessageTemplate SlotStatus = new(
        "workflow-slot-status",
        "{0} has the status {1}, and with {2} it must be {3}.",
        "{0} 的状态为 {1}，而根据 {2} 应为 {3}。");

    public static readonly MessageTemplate SlotInUse = new(
        "workflow-slot-in-use",
        "{0} is taken by {1}, so it stays busy; cancel the appointment first.",
        "{0} 已被 {1} 占用，因此须保持 busy；请先取消该预约。");
}
