// What the pages of clients and grants say.

using FhirHub.Html;

namespace FhirHub.Smart;

/// <summary>Texts of the pages of clients, and of what was granted to them.</summary>
internal static class ClientLabels
{
    public static readonly Label Clients = new("Clients", "客户端");
    public static readonly Label NewClient = new("New client", "新建客户端");
    public static readonly Label Waiting = new("Waiting for a decision", "等待审批");
    public static readonly Label NoneWaiting = new("Nobody waits.", "没有待审批的客户端。");
    public static readonly Label Registered = new("Registered", "已注册");
    public static readonly Label NoClients = new("No clients are registered yet.", "尚未注册任何客户端。");
    public static readonly Label Name = new("Name", "名称");
    public static readonly Label NameHint = new("What users are shown when they are asked for consent.", "征求用户同意时显示的名称。");
    public static readonly Label ClientId = new("client_id", "client_id");
    public static readonly Label Kind = new("Kind", "类型");
    public static readonly Label Status = new("Status", "状态");
    public static readonly Label Pending = new("Waits for a decision", "等待审批");
    public static readonly Label Active = new("Active", "有效");
    public static readonly Label Disabled = new("Disabled", "已停用");
    public static readonly Label Asked = new("What it asks for", "它的请求");
    public static readonly Label Scopes = new("What it may ask for", "可请求的权限");
    public static readonly Label ScopesHint = new(
        "SMART scopes separated by blanks, such as launch/patient openid fhirUser patient/*.rs; a backend service has system/ scopes, such as system/*.rs.",
        "以空格分隔的 SMART 范围，例如 launch/patient openid fhirUser patient/*.rs；后台服务使用 system/ 范围，例如 system/*.rs。");
    public static readonly Label RedirectUris = new("Redirect addresses", "重定向地址");
    public static readonly Label RedirectHint = new("One a line; answers are sent to these addresses only, letter by letter.", "每行一个；应答只会发送到与此完全一致的地址。");
    public static readonly Label LaunchUris = new("Launch addresses", "启动地址");
    public static readonly Label LaunchHint = new("One a line; where the app begins when it is opened from a record. Empty for none.", "每行一个；从病历打开应用时的起始地址。可为空。");
    public static readonly Label Origins = new("Further origins", "其他来源");
    public static readonly Label OriginsHint = new("One a line, such as https://app.example.org; those of the addresses above are among them by themselves.", "每行一个，例如 https://app.example.org；上述地址的来源会自动加入。");
    public static readonly Label KindPublic = new("App without a secret (in a browser or on a device)", "无密钥的应用（浏览器或设备中）");
    public static readonly Label KindSecret = new("App with a secret (on a server)", "有密钥的应用（服务器上）");
    public static readonly Label KindSigned = new("App that signs with its key (on a server)", "以密钥签名的应用（服务器上）");
    public static readonly Label KindService = new("Backend service: no user, signs with its key", "后台服务：无用户，以密钥签名");
    public static readonly Label KeysUri = new("Address of its keys (jwks_uri)", "公钥地址（jwks_uri）");
    public static readonly Label KeysHint = new("For clients that sign: this address, or the keys below, and not both.", "用于签名的客户端：填写此地址或下方公钥，二者选一。");
    public static readonly Label Keys = new("Its keys themselves (jwks)", "公钥本身（jwks）");
    public static readonly Label KeysReminder = new(
        "These keys are kept as they were sent. Its makers must send an update whenever the keys change; ask for an address of keys instead if they can.",
        "公钥按提交的内容保存。公钥变更时开发方必须提交更新；如可能，请改用公钥地址。");
    public static readonly Label Native = new("It is installed on the user's device and may have a redirect scheme of its own", "安装在用户设备上，可使用自有的重定向协议");
    public static readonly Label Refresh = new("It may stay signed in (refresh tokens)", "可保持登录（刷新令牌）");
    public static readonly Label Organization = new("Organization of a backend service", "后台服务所属机构");
    public static readonly Label OrganizationHint = new("Such as Organization/1: what the service writes is that institution's. Empty for none.", "例如 Organization/1：该服务写入的内容归属此机构。可为空。");
    public static readonly Label OrganizationWrong = new("There is no such Organization here; write Organization/ and its id.", "此处没有该机构；请填写 Organization/ 及其 id。");
    public static readonly Label MayIntrospect = new("It may introspect the tokens of other clients", "可查验其他客户端的令牌");
    public static readonly Label MayLaunch = new("It is an EHR that may launch other apps", "可启动其他应用的医院系统");
    public static readonly Label Contacts = new("Contacts", "联系方式");
    public static readonly Label Website = new("Website", "网站");
    public static readonly Label Policy = new("Privacy policy", "隐私政策");
    public static readonly Label Terms = new("Terms of service", "服务条款");
    public static readonly Label Since = new("Registered on", "注册时间");
    public static readonly Label Save = new("Save", "保存");
    public static readonly Label Create = new("Register", "注册");
    public static readonly Label Approve = new("Approve", "批准");
    public static readonly Label Refuse = new("Refuse", "拒绝");
    public static readonly Label Disable = new("Disable and end all its access", "停用并终止其全部访问");
    public static readonly Label Enable = new("Enable", "启用");
    public static readonly Label NewSecret = new("New secret", "新密钥");
    public static readonly Label NewSecretHint = new("The secret that it has now is no good from that moment on.", "现有密钥将立即失效。");
    public static readonly Label SecretIs = new("The secret of this client, shown this once. Copy it now:", "此客户端的密钥，仅显示这一次。请立即复制：");
    public static readonly Label Edit = new("Change", "修改");
    public static readonly Label Saved = new("Saved.", "已保存。");
    public static readonly Label Changed = new("It has changed since you opened this page. Look at it again, then decide.", "打开此页面后它已发生变化。请重新查看后再决定。");
    public static readonly Label NotFound = new("There is no such client", "没有该客户端");
    public static readonly Label NotFoundReason = new("It may have removed itself, or nobody approved it in time.", "它可能已自行注销，或未及时获批。");
    public static readonly Label BuiltIn = new("The server keeps this client itself; it can be disabled and enabled here.", "此客户端由服务器自身维护；在此可停用或启用。");
    public static readonly Label Check = new("Please correct what is said below.", "请更正下列内容。");

    public static readonly Label Apps = new("Your apps", "我的应用");
    public static readonly Label AppsHint = new("What you let apps do, and until when. If you end it, the app has no access from that moment on.", "您授予各应用的权限及期限。终止后，应用立即失去访问权限。");
    public static readonly Label NoApps = new("No app has access in your name.", "没有应用以您的名义访问。");
    public static readonly Label Tokens = new("Access that was granted", "已授予的访问");
    public static readonly Label NoTokens = new("Nothing is granted.", "没有已授予的访问。");
    public static readonly Label TokensAccount = new("Account", "账号");
    public static readonly Label TokensClient = new("Client", "客户端");
    public static readonly Label Show = new("Show", "显示");
    public static readonly Label More = new("More", "更多");
    public static readonly Label Patient = new("Patient", "患者");
    public static readonly Label Granted = new("Granted", "授予时间");
    public static readonly Label LastUsed = new("Last used", "最近使用");
    public static readonly Label Lasts = new("Lasts", "期限");
    public static readonly Label UntilEnded = new("until you end it, also when you are signed out", "直到您终止为止，退出登录后仍有效");
    public static readonly Label WhileSignedIn = new("while you are signed in", "保持登录期间");
    public static readonly Label Shortly = new("an hour at most", "最长一小时");
    public static readonly Label End = new("End access", "终止访问");
    public static readonly Label EndAll = new("End all of them", "全部终止");
    public static readonly Label Ended = new("Ended. The tokens are no good any more.", "已终止。相关令牌已失效。");
}
