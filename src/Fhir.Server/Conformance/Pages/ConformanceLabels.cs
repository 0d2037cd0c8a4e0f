// What the pages of conformance tests say.

namespace FhirHub.Server.Conformance;

/// <summary>Texts of the pages, in both languages.</summary>
internal static class ConformanceLabels
{
    public static readonly Label Title = new("Conformance tests", "一致性测试");

    public static readonly Label Suites = new("Suites", "测试套件");

    public static readonly Label Suite = new("Suite", "测试套件");

    public static readonly Label History = new("History", "历史记录");

    public static readonly Label HistoryOf = new("History of {0}", "{0} 的历史记录");

    public static readonly Label Where = new("Where you are", "当前位置");

    public static readonly Label NoScripts = new(
        "There is no TestScript here. Create some by POST /fhir/TestScript, or bring them in with the verb import; then they can be run from this page.",
        "此处没有 TestScript。请通过 POST /fhir/TestScript 创建，或使用 import 命令导入，然后即可在此页面运行。");

    public static readonly Label NoSuite = new("There is no such suite", "没有此套件");

    public static readonly Label NoSuiteReason = new("No TestScript that is here belongs to it. The page of suites shows those that there are.", "此处没有属于它的 TestScript。套件页面列出现有的套件。");

    public static readonly Label NoReports = new("Nothing was run yet.", "尚未运行任何测试。");

    public static readonly Label Scripts = new("Scripts", "脚本");

    public static readonly Label Script = new("Script", "脚本");

    public static readonly Label Tests = new("Tests", "测试");

    public static readonly Label Test = new("Test", "测试");

    public static readonly Label Passed = new("Passed", "通过");

    public static readonly Label Failed = new("Failed", "失败");

    public static readonly Label Skipped = new("Skipped", "跳过");

    public static readonly Label NotRun = new("Not run", "未运行");

    public static readonly Label LastRun = new("Last run", "最近运行");

    public static readonly Label Result = new("Result", "结果");

    public static readonly Label Began = new("Began", "开始时间");

    public static readonly Label Server = new("Server", "服务器");

    public static readonly Label ThisServer = new("this server", "本服务器");

    public static readonly Label Action = new("Action", "操作");

    public static readonly Label Run = new("Run", "运行");

    public static readonly Label RunSuite = new("Run the suite", "运行整个套件");

    public static readonly Label RunOne = new("Run {0}", "运行 {0}");

    public static readonly Label RunAgain = new("Run again", "再次运行");

    public static readonly Label Running = new("Run in progress", "正在运行");

    public static readonly Label RunTitle = new("Run", "运行");

    public static readonly Label RunsGoOn = new("Runs in progress", "正在进行的运行");

    public static readonly Label Progress = new("{0} of {1} scripts were run.", "已运行 {1} 个脚本中的 {0} 个。");

    public static readonly Label Refreshes = new("This page loads itself anew every few seconds.", "此页面每隔几秒自动刷新。");

    public static readonly Label StopRefreshing = new("Stop that", "停止自动刷新");

    public static readonly Label Refresh = new("Load anew", "刷新");

    public static readonly Label Cancel = new("End the run", "终止运行");

    public static readonly Label Cancelled = new("The run was ended; reports of scripts that were run are in the history.", "运行已终止；已运行脚本的报告保留在历史记录中。");

    public static readonly Label NoRun = new("There is no such run", "没有此运行");

    public static readonly Label NoRunReason = new(
        "It may be over for more than a day, or was ended. Reports of scripts that were run are in the history.", "该运行可能已结束超过一天，或已被终止。已运行脚本的报告保留在历史记录中。");

    public static readonly Label RunFailed = new("The run ended before all scripts were run: {0}", "运行在所有脚本完成前结束：{0}");

    public static readonly Label Report = new("Report", "报告");

    public static readonly Label NoReport = new("There is no such report", "没有此报告");

    public static readonly Label NoReportReason = new("The address names no TestReport that is here, and no run.", "该地址没有对应的 TestReport 或运行。");

    public static readonly Label NoExchanges = new(
        "Requests and answers of failed steps are kept here for {0} days, for runs of this server alone; of this one there are none any more.",
        "失败步骤的请求与响应仅针对本服务器的运行保留 {0} 天；此报告的已不存在。");

    public static readonly Label Resource = new("The TestReport", "TestReport 资源");

    public static readonly Label Compare = new("Compare", "比较");

    public static readonly Label CompareWithBefore = new("What changed since the run before", "与上一次运行相比的变化");

    public static readonly Label From = new("From", "从");

    public static readonly Label To = new("To", "到");

    public static readonly Label Diff = new("What changed", "变化");

    public static readonly Label Before = new("Before", "之前");

    public static readonly Label After = new("After", "之后");

    public static readonly Label Worse = new("Not passing any more", "不再通过");

    public static readonly Label Other = new("Other changes", "其他变化");

    public static readonly Label New = new("New", "新增");

    public static readonly Label Gone = new("Gone", "已移除");

    public static readonly Label Nothing = new("None", "无");

    public static readonly Label Same = new("{0} tests have the same result.", "{0} 个测试结果相同。");

    public static readonly Label Older = new("Older", "更早");

    public static readonly Label Newest = new("Newest", "最新");

    public static readonly Label OldPage = new("This page of the history is not there any more; begin with the newest.", "该历史记录页已不存在；请从最新记录开始。");

    public static readonly Label Refused = new("The run was not begun", "运行未开始");
}
