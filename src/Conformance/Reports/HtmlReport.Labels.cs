// What the pages of reports say themselves, in both languages.

using FhirHub.Html;

namespace FhirHub.Conformance;

public static partial class HtmlReport
{
    private static readonly Label s_title = new("Conformance report", "一致性测试报告");
    private static readonly Label s_skip = new("Skip to content", "跳到正文");
    private static readonly Label s_languages = new("Languages", "语言");
    private static readonly Label s_runPassed = new("All passed", "全部通过");
    private static readonly Label s_runFailed = new("Not all passed", "未全部通过");
    private static readonly Label s_scripts = new("Scripts", "脚本");
    private static readonly Label s_script = new("Script", "脚本");
    private static readonly Label s_tests = new("Tests", "测试");
    private static readonly Label s_passed = new("Passed", "通过");
    private static readonly Label s_failed = new("Failed", "失败");
    private static readonly Label s_skipped = new("Skipped", "跳过");
    private static readonly Label s_warned = new("With warnings", "有警告");
    private static readonly Label s_all = new("All", "全部");
    private static readonly Label s_show = new("Show", "显示");
    private static readonly Label s_notBegun = new("Scripts not begun", "未开始的脚本");
    private static readonly Label s_duration = new("Time", "用时");
    private static readonly Label s_started = new("Began", "开始时间");
    private static readonly Label s_server = new("Server", "服务器");
    private static readonly Label s_problems = new("Scripts that can't be read", "无法读取的脚本");
    private static readonly Label s_result = new("Result", "结果");
    private static readonly Label s_stopped = new("Ended before it was done", "未完成即终止");
    private static readonly Label s_setup = new("Setup", "准备");
    private static readonly Label s_teardown = new("Teardown", "清理");
    private static readonly Label s_subtest = new("What it ran", "其运行的脚本");
    private static readonly Label s_exchange = new("Request and answer", "请求与响应");
    private static readonly Label s_request = new("Request", "请求");
    private static readonly Label s_answer = new("Answer", "响应");
    private static readonly Label s_noAnswer = new("No answer", "没有响应");
    private static readonly Label s_noScripts = new("No script was run.", "没有运行任何脚本。");

    private static Label ResultLabel(StepResult result) => result switch
    {
        StepResult.Pass => new Label("✓ pass", "✓ 通过"),
        StepResult.Skip => new Label("– skipped", "– 跳过"),
        StepResult.Fail => new Label("✗ fail", "✗ 失败"),
        StepResult.Warning => new Label("! warning", "! 警告"),
        _ => new Label("✗ error", "✗ 错误"),
    };

    private static Label NotWhole(ReportedBody body) => body.Text.Length > 0
        ? new Label($"Only the beginning is shown, of {body.Length:N0} bytes.", $"仅显示开头部分，共 {body.Length:N0} 字节。")
        : new Label($"{body.Length:N0} bytes of {TypeOf(body)} are not shown.", $"{body.Length:N0} 字节的 {TypeOf(body)} 未显示。");

    private static string TypeOf(ReportedBody body) => body.ContentType.Length > 0 ? body.ContentType : "?";
}
