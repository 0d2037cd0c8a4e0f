// What the pages for administrators of accounts say.

using FhirHub.Html;

namespace FhirHub.Smart;

/// <summary>Texts of the pages on which administrators see and change accounts.</summary>
internal static class AdministrationLabels
{
    public static readonly Label Accounts = new("Accounts", "账号");

    public static readonly Label AccountsHint = new("Who can sign in, what they are here, and what they may do at most.", "谁可以登录、其身份以及最大权限。");

    public static readonly Label Clients = new("Apps and systems", "应用与系统");

    public static readonly Label ClientsHint = new("Registered clients, and those that wait for approval.", "已注册的客户端，以及等待批准的客户端。");

    public static readonly Label Tokens = new("What is granted", "已授予的访问");

    public static readonly Label TokensHint = new("Which app may act for whom, and since when.", "哪个应用可代表谁访问，以及授权时间。");

    public static readonly Label Launch = new("Start an app", "启动应用");

    public static readonly Label LaunchHint = new("Launches a registered app as a record system does.", "以病历系统的方式启动已注册的应用。");

    public static readonly Label Conformance = new("Conformance tests", "一致性测试");

    public static readonly Label ConformanceHint = new("Test scripts, what their runs came to, and what has changed since.", "测试脚本、运行结果以及前后变化。");

    public static readonly Label Search = new("Name or record", "用户名、姓名或记录");

    public static readonly Label SearchButton = new("Search", "查找");

    public static readonly Label Nothing = new("No account was found.", "未找到账号。");

    public static readonly Label More = new("More", "更多");

    public static readonly Label New = new("New account", "新建账号");

    public static readonly Label Create = new("Create", "创建");

    public static readonly Label Save = new("Save", "保存");

    public static readonly Label Edit = new("Account {0}", "账号 {0}");

    public static readonly Label Status = new("Status", "状态");

    public static readonly Label Active = new("Active", "有效");

    public static readonly Label Disabled = new("Disabled", "已停用");

    public static readonly Label NameHint = new("Letters, digits, Chinese characters and . _ - @ +; it can't be changed later.", "字母、数字、汉字和 . _ - @ +；创建后不能更改。");

    public static readonly Label NameWrong = new("A user name has 1 to 64 letters, digits, Chinese characters or . _ - @ +.", "用户名由 1 到 64 个字母、数字、汉字或 . _ - @ + 组成。");

    public static readonly Label NameTaken = new("There is an account of this name.", "该用户名已存在。");

    public static readonly Label FhirUser = new("Record of the person", "个人记录");

    public static readonly Label FhirUserHint = new("Patient/… for a patient; Practitioner/… for staff, which a PractitionerRole fills in.", "患者填写 Patient/…；医务人员填写 Practitioner/…，填写岗位后可自动带出。");

    public static readonly Label PractitionerRole = new("Post of a practitioner", "医务人员岗位");

    public static readonly Label PractitionerRoleHint = new("PractitionerRole/…; it says who the person is and where.", "PractitionerRole/…，说明人员及其所在机构。");

    public static readonly Label Organization = new("Institution", "机构");

    public static readonly Label OrganizationHint = new("Organization/…, which a PractitionerRole fills in.", "Organization/…，填写岗位后可自动带出。");

    public static readonly Label Scopes = new("Most that it may do", "最大权限");

    public static readonly Label ScopesHint = new("SMART scopes such as user/Observation.rs, separated by blanks; empty for all that the role may do.", "SMART 范围，如 user/Observation.rs，以空格分隔；留空表示该角色的全部权限。");

    public static readonly Label ScopesWrong = new("{0} is no scope for resources; write one such as user/Observation.rs.", "{0} 不是资源范围；请填写如 user/Observation.rs。");

    public static readonly Label NeedsPatient = new("A patient's account names a record Patient/….", "患者账号必须填写 Patient/… 记录。");

    public static readonly Label NeedsPost = new("A practitioner's account names a post PractitionerRole/….", "医务人员账号必须填写 PractitionerRole/… 岗位。");

    public static readonly Label NotHere = new("There is no {0} here.", "此处没有 {0}。");

    public static readonly Label NoReference = new("Write {0}/ and the id of the record.", "请填写 {0}/ 和记录的标识。");

    public static readonly Label NotTogether = new("The post {0} belongs to {1}.", "岗位 {0} 属于 {1}。");

    public static readonly Label NotForRole = new("Leave this empty for this role.", "此角色请留空。");

    public static readonly Label PostIncomplete = new("The post {0} does not name both a practitioner and an organization of this server.", "岗位 {0} 未同时指明本服务器上的人员和机构。");

    public static readonly Label LastAdministrator = new("This is the last administrator. Make another one first.", "这是最后一位管理员。请先指定另一位管理员。");

    public static readonly Label Saved = new("The account was saved. If its role or its records changed, its sessions ended and apps lost their access.", "账号已保存。如果角色或记录有变化，其会话已结束，应用已失去访问权限。");

    public static readonly Label Actions = new("Actions", "操作");

    public static readonly Label Disable = new("Disable", "停用");

    public static readonly Label Enable = new("Enable", "启用");

    public static readonly Label ResetPassword = new("New one-time password", "生成一次性密码");

    public static readonly Label ResetAuthenticator = new("Remove the authenticator app", "移除身份验证器应用");

    public static readonly Label EndSessions = new("End sessions and access of apps", "结束会话和应用访问");

    public static readonly Label Done = new("Done.", "已完成。");

    public static readonly Label OneTimePassword = new(
        "The password for the next sign-in is shown once. It is good for seven days and must be changed then. Give it to {0} in a safe way.", "下次登录的密码只显示一次，有效期七天，登录后必须修改。请以安全方式告知 {0}。");

    public static readonly Label ActionsHint = new("Each of them ends the sessions of the account; all but the authenticator also end what apps may do for it.", "每项操作都会结束该账号的会话；除移除身份验证器外，还会结束应用的访问。");

    public static readonly Label LastSignIn = new("Last sign-in", "最近登录");

    public static readonly Label Never = new("never", "从未");

    public static readonly Label SecondFactor = new("Authenticator app", "身份验证器应用");

    public static readonly Label On = new("on", "已启用");

    public static readonly Label Off = new("off", "未启用");

    public static readonly Label External = new("Signs in at", "登录方");

    public static readonly Label NoAccount = new("There is no such account", "没有此账号");

    public static readonly Label NoAccountReason = new("The address names no account.", "该地址没有对应的账号。");
}
