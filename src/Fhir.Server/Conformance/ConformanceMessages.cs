// What those are told who ask for a run of TestScripts and don't get one.

using FhirHub.Model;

namespace FhirHub.Server.Conformance;

/// <summary>Messages of <c>$run</c>.</summary>
internal static class ConformanceMessages
{
    public static readonly MessageTemplate NoRunInRun = new(
        "run-in-run",
        "This request is of a run of TestScripts, which can't start another run; start it from outside.",
        "该请求来自正在运行的 TestScript，不能再启动新的运行；请从外部启动。");

    public static readonly MessageTemplate RunAlone = new(
        "run-alone",
        "A run of TestScripts is asked for by a request of its own, not in a batch or transaction.",
        "运行 TestScript 须单独请求，不能放在批处理或事务中。");

    public static readonly MessageTemplate TooManyRuns = new(
        "run-too-many",
        "{0} runs of TestScripts go on already (FhirHub:Conformance:Runs), of which one client has {1} at most; ask again when one has ended.",
        "已有 {0} 个 TestScript 运行正在进行（FhirHub:Conformance:Runs），每个客户端最多占用 {1} 个；请在其结束后再试。");

    public static readonly MessageTemplate TooManyScripts = new(
        "run-too-many-scripts",
        "The run would have more than {0} scripts (FhirHub:Conformance:Scripts); name fewer of them.",
        "该运行将包含超过 {0} 个脚本（FhirHub:Conformance:Scripts）；请减少脚本数量。");

    public static readonly MessageTemplate NoScript = new(
        "run-no-script",
        "There is nothing to run: send a TestScript as the body, name some by the parameter script, or give search criteria such as name, url or publisher that find some.",
        "没有可运行的脚本：请在请求体中发送 TestScript，用参数 script 指定脚本，或给出能找到脚本的搜索条件，如 name、url 或 publisher。");

    public static readonly MessageTemplate UnknownScript = new(
        "run-unknown-script",
        "There is no {0} here; name a TestScript of this server, such as TestScript/123.",
        "此处没有 {0}；请指定本服务器上的 TestScript，如 TestScript/123。");

    public static readonly MessageTemplate UnusableScript = new(
        "run-unusable-script",
        "{0} can't be run: {1}",
        "{0} 无法运行：{1}");

    public static readonly MessageTemplate UnknownServer = new(
        "run-unknown-server",
        "'{0}' names no server that scripts may be run against; there are {1} (FhirHub:Conformance:Servers).",
        "“{0}”不是可供脚本运行的服务器；可用的有 {1}（FhirHub:Conformance:Servers）。");

    public static readonly MessageTemplate NoAddress = new(
        "run-no-address",
        "This server listens on no TCP address, at which scripts could ask it; name another by the parameter server.",
        "本服务器没有监听 TCP 地址，脚本无法访问；请用参数 server 指定其他服务器。");

    public static readonly MessageTemplate TimeOver = new(
        "run-time-over",
        "The time of the run was over (FhirHub:Conformance:RunSeconds) after {0} of {1} scripts; run fewer at a time.",
        "运行在完成 {1} 个脚本中的 {0} 个后超时（FhirHub:Conformance:RunSeconds）；请减少每次运行的脚本数量。");

    public static readonly MessageTemplate NoSuchRun = new(
        "run-unknown",
        "There is no such run: it may be over for more than a day, cancelled, or another client's.",
        "没有此运行：可能已结束超过一天、已取消，或属于其他客户端。");
}
