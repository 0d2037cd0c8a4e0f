// What the workflow says when it refuses.

using FhirHub.Model;

namespace FhirHub.Server.Workflow;

/// <summary>Messages of the workflow: of any resource, of Tasks and their states. Codes are shown as they are sent.</summary>
internal static partial class WorkflowMessages
{
    public static readonly MessageTemplate TooMany = new(
        "workflow-too-many",
        "More than {0} {1} resources refer to {2}; finish this one and send a new ServiceRequest.",
        "引用 {2} 的 {1} 资源超过 {0} 个；请结束当前流程并发送新的 ServiceRequest。");

    public static readonly MessageTemplate TooWide = new(
        "workflow-too-wide",
        "To judge this request, more than {0} resources that it refers to would have to be read; send fewer resources at once, with fewer references.",
        "判断该请求需要读取其引用的 {0} 个以上的资源；请减少一次发送的资源及其引用。");

    public static readonly MessageTemplate ReferenceMissing = new(
        "workflow-reference-missing",
        "{0} must refer to a resource of this server by its address, [type]/[id], of the type {1}.",
        "{0} 必须以地址 [type]/[id] 引用本服务器上类型为 {1} 的资源。");

    public static readonly MessageTemplate ReferenceUnresolved = new(
        "workflow-reference-unresolved",
        "{0} leads to {1}, which does not exist here; create it first, or in the same transaction.",
        "{0} 指向 {1}，但它在此处不存在；请先创建它，或在同一个事务中创建。");

    public static readonly MessageTemplate NoOrganization = new(
        "workflow-no-organization",
        "{0} leads to {1}, whose institution is not known: {2} must refer to an Organization of this server.",
        "{0} 指向 {1}，但无法得知其机构：{2} 必须引用本服务器上的 Organization。");

    public static readonly MessageTemplate ServiceUnknown = new(
        "workflow-service-unknown",
        "{0} says '{1}'; the services of the exchange are {2}.",
        "{0} 的值是“{1}”；平台的服务代码为 {2}。");

    public static readonly MessageTemplate ServiceTaken = new(
        "workflow-service-taken",
        "{0} is a {1} by its code {2}, which can't be taken away or changed; cancel it instead.",
        "{0} 因 {2} 中的代码属于 {1}，该代码不能去掉或更改；如不再需要，请取消。");

    public static readonly MessageTemplate StateUnknown = new(
        "workflow-state-unknown",
        "Task.businessStatus needs a code of {0}: {1}.",
        "Task.businessStatus 需要 {0} 中的代码：{1}。");

    public static readonly MessageTemplate CodesAmbiguous = new(
        "workflow-codes-ambiguous",
        "{0} has several codes of {1}; it can have only one.",
        "{0} 有多个 {1} 中的代码；只能有一个。");

    public static readonly MessageTemplate StatusDiffers = new(
        "workflow-status-differs",
        "Task.businessStatus is {0}, and then Task.status is {1}, not {2}.",
        "Task.businessStatus 为 {0} 时，Task.status 应为 {1}，而不是 {2}。");

    public static readonly MessageTemplate FirstState = new(
        "workflow-first-state",
        "A new Task is in the state {0}, not {1}; from {0} it may become {2}.",
        "新的 Task 的状态为 {0}，而不是 {1}；从 {0} 可变为 {2}。");

    public static readonly MessageTemplate Transition = new(
        "workflow-transition",
        "The Task is in the state {0} and can't become {1}; from {0} it may become {2}.",
        "该 Task 的状态为 {0}，不能变为 {1}；从 {0} 可变为 {2}。");

    public static readonly MessageTemplate Final = new(
        "workflow-final",
        "The Task is in the state {0}, which is final, and can't become {1}; send a new ServiceRequest with a Task of its own.",
        "该 Task 的状态为 {0}，这是最终状态，不能变为 {1}；请发送新的 ServiceRequest 及其 Task。");

    public static readonly MessageTemplate ChangesKept = new(
        "workflow-changes-kept",
        "The {0} state-change entries that the Task has must stay as they are, in their order; a new one is added at the end.",
        "该 Task 已有的 {0} 个 state-change 条目必须保持原样和原顺序；新条目加在最后。");

    public static readonly MessageTemplate ChangesAdded = new(
        "workflow-changes-added",
        "A change to the state {0} adds exactly one state-change with that state; this one adds {1}.",
        "变为状态 {0} 时须恰好增加一个该状态的 state-change；此次增加了 {1} 个。");

    public static readonly MessageTemplate ChangeState = new(
        "workflow-change-state",
        "The last state-change says {0} and Task.businessStatus says {1}; they must be the same.",
        "最后一个 state-change 的状态为 {0}，而 Task.businessStatus 为 {1}；两者必须相同。");

    public static readonly MessageTemplate ChangesUnasked = new(
        "workflow-changes-unasked",
        "The state stays {0}, so no state-change is added; change Task.businessStatus with it. From {0} it may become {1}.",
        "状态仍为 {0}，因此不能增加 state-change；请同时更改 Task.businessStatus。从 {0} 可变为 {1}。");

    public static readonly MessageTemplate ChangeIncomplete = new(
        "workflow-change-incomplete",
        "A state-change has {0} exactly once, with a value of the type {1}.",
        "state-change 须恰好有一个 {0}，其值的类型为 {1}。");

    public static readonly MessageTemplate OtherActor = new(
        "workflow-other-actor",
        "The client does not act for {0}, which 'by' names; name the institution of the account or client that writes, or a part of it.",
        "客户端并不代表 by 所指的 {0}；请填写写入账户或客户端所属的机构或其下属部门。");

    public static readonly MessageTemplate Actor = new(
        "workflow-actor",
        "{0} can't move this Task from {1} to {2}: that is for {3}. From {1} it may become {4}.",
        "{0} 不能将该 Task 从 {1} 变为 {2}：应由 {3} 操作。从 {1} 可变为 {4}。");

    public static readonly MessageTemplate Requester = new(
        "workflow-requester",
        "{0} can't request this Task; that is for {1}, which Task.requester names.",
        "{0} 不能发起该 Task；应由 Task.requester 所指的 {1} 发起。");

    public static readonly MessageTemplate ElementFixed = new(
        "workflow-element-fixed",
        "{0} never changes; cancel this Task and send a new one.",
        "{0} 不可更改；请取消该 Task 并发送新的 Task。");

    public static readonly MessageTemplate FocusService = new(
        "workflow-focus-service",
        "Task.code says {0}, and {1} is not a ServiceRequest of that category; they must be of one service.",
        "Task.code 为 {0}，而 {1} 不是该类别的 ServiceRequest；两者必须属于同一服务。");

    public static readonly MessageTemplate PatientDiffers = new(
        "workflow-patient-differs",
        "{0} and the subject of {1} are different patients; they must be the same.",
        "{0} 与 {1} 的 subject 不是同一患者；两者必须相同。");

    public static readonly MessageTemplate RequesterDiffers = new(
        "workflow-requester-differs",
        "Task.requester is of {0}, but {1} was requested by {2}; they must be of one institution.",
        "Task.requester 属于 {0}，而 {1} 由 {2} 发起；两者必须属于同一机构。");

    public static readonly MessageTemplate NotAsked = new(
        "workflow-not-asked",
        "{0} was not asked by {1}; those who were: {2}. Task.owner must be one of them.",
        "{1} 没有请求 {0}；被请求的机构为：{2}。Task.owner 必须是其中之一。");

    public static readonly MessageTemplate TaskExists = new(
        "workflow-task-exists",
        "{0} has asked {1} already: {2} is in the state {3}. One Task at a time asks an institution.",
        "{0} 已请求 {1}：{2} 的状态为 {3}。对一个机构同时只能有一个 Task。");

    public static readonly MessageTemplate RequestEnded = new(
        "workflow-request-ended",
        "{0} has the status {1}, so nobody can be asked for it any more; send a new ServiceRequest.",
        "{0} 的状态为 {1}，不能再就其请求任何机构；请发送新的 ServiceRequest。");

    public static readonly MessageTemplate OpinionMissing = new(
        "workflow-opinion-missing",
        "A consultation is completed with its opinion: add an output of type opinion that refers to a ClinicalImpression, DiagnosticReport or Composition of this server whose subject is the same patient.",
        "会诊须附意见才能完成：请增加类型为 opinion 的 output，引用本服务器上 subject 为同一患者的 ClinicalImpression、DiagnosticReport 或 Composition。");

    public static readonly MessageTemplate ReturnMissing = new(
        "workflow-return-missing",
        "A referral is returned with a ServiceRequest that is based on {0}: add an output of type return that refers to it.",
        "转诊须通过基于 {0} 的 ServiceRequest 转回：请增加类型为 return 的 output 引用它。");

    public static readonly MessageTemplate DeleteTask = new(
        "workflow-delete-task",
        "{0} is part of the record of a {1} and can't be deleted; move it to the state cancelled instead.",
        "{0} 属于 {1} 的记录，不能删除；请将其状态变为 cancelled。");
}
