// What requests are told that don't come as far as an interaction.

using FhirHub.Model;

namespace FhirHub.Server;

/// <summary>Messages of addresses, bodies and media types.</summary>
internal static class HttpMessages
{
    public static readonly MessageTemplate TokenNeeded = new(
        "token-needed",
        "This address needs a bearer token that is good; /fhir/.well-known/smart-configuration says where to get one.",
        "该地址需要有效的 Bearer 令牌；获取方式见 /fhir/.well-known/smart-configuration。");

    public static readonly MessageTemplate ScopeNeeded = new(
        "scope-needed",
        "The access granted to this client does not include this request; it needs {0}.",
        "授予该客户端的访问权限不包括此请求；需要 {0}。");

    public static readonly MessageTemplate IdFormat = new(
        "address-id-format",
        "An id has 1 to 64 of the characters A-Z, a-z, 0-9, '-' and '.'; this address has another.",
        "id 由 1 到 64 个字符组成，可用 A-Z、a-z、0-9、“-”和“.”；该地址中的 id 不符合。");

    public static readonly MessageTemplate NoSuchAddress = new(
        "no-such-address",
        "There is no such address in the FHIR API; /fhir/metadata says what there is.",
        "FHIR API 中没有该地址；可用的地址见 /fhir/metadata。");

    public static readonly MessageTemplate WrongMethod = new(
        "wrong-method",
        "{0} is not an interaction of this address, which takes {1}.",
        "该地址不支持 {0}；支持的有 {1}。");

    public static readonly MessageTemplate UnknownType = new(
        "unknown-type",
        "R4 has no resource type '{0}'; /metadata lists those there are.",
        "R4 没有资源类型“{0}”；现有类型见 /metadata。");

    public static readonly MessageTemplate TypeInOtherCase = new(
        "type-in-other-case",
        "R4 has no resource type '{0}'; names are case-sensitive, so use {1}.",
        "R4 没有资源类型“{0}”；名称区分大小写，请使用 {1}。");

    public static readonly MessageTemplate PageLink = new(
        "page-link",
        "The page link does not fit this search; start the search anew.",
        "分页链接与该搜索不符；请重新搜索。");

    public static readonly MessageTemplate SearchTimeout = new(
        "search-timeout",
        "The search took longer than FhirHub:Limits:SearchSeconds allows; narrow it, or ask for fewer includes and no total.",
        "搜索时间超过 FhirHub:Limits:SearchSeconds 的限制；请缩小范围，或减少包含的资源并且不要求总数。");

    public static readonly MessageTemplate StoreThrottled = new(
        "store-throttled",
        "The store has more requests than its throughput allows, and nothing was changed; try again after the time that Retry-After tells.",
        "存储的请求超过其吞吐量，未做任何更改；请在 Retry-After 所示的时间之后重试。");

    public static readonly MessageTemplate StoreAway = new(
        "store-away",
        "The store is not available for the moment, and nothing was changed; try again after the time that Retry-After tells.",
        "存储暂时不可用，未做任何更改；请在 Retry-After 所示的时间之后重试。");

    public static readonly MessageTemplate StoreSilent = new(
        "store-silent",
        "The store did not answer in time. Whether the request was done is not known: read before trying again.",
        "存储未及时应答，无法得知请求是否已执行；重试之前请先读取。");

    public static readonly MessageTemplate BodyTooLong = new(
        "body-too-long",
        "The body is longer than {0} bytes (FhirHub:Limits:BodyBytes); send it in parts.",
        "请求体超过 {0} 字节（FhirHub:Limits:BodyBytes）；请分批发送。");

    public static readonly MessageTemplate Malformed = new(
        "request-malformed",
        "The HTTP request is malformed or ended too early; send it again.",
        "HTTP 请求格式不正确或提前结束；请重新发送。");

    public static readonly MessageTemplate NotCompressed = new(
        "not-compressed",
        "The body is not what its Content-Encoding says.",
        "请求体与其 Content-Encoding 不符。");

    public static readonly MessageTemplate Compression = new(
        "compression",
        "A body may be compressed with gzip, br or deflate, once; this Content-Encoding is another.",
        "请求体只能用 gzip、br 或 deflate 压缩一次；该 Content-Encoding 不受支持。");

    public static readonly MessageTemplate Failed = new(
        "server-failed",
        "The server failed; its log says why under the id of this OperationOutcome.",
        "服务器出错；原因见日志中与该 OperationOutcome 的 id 对应的记录。");

    public static readonly MessageTemplate ContentType = new(
        "content-type",
        "A resource is sent as application/fhir+json or application/fhir+xml of FHIR 4.0 in UTF-8; set Content-Type to the one that the body is.",
        "资源应以 FHIR 4.0 的 application/fhir+json 或 application/fhir+xml、UTF-8 编码发送；请把 Content-Type 设为请求体的实际格式。");

    public static readonly MessageTemplate EmptyBody = new(
        "empty-body",
        "The body is empty; send the resource in it.",
        "请求体为空；请在其中发送资源。");

    public static readonly MessageTemplate NotAcceptable = new(
        "not-acceptable",
        "Answers are application/fhir+json or application/fhir+xml of FHIR 4.0 in UTF-8, neither of which Accept or _format allows.",
        "应答为 FHIR 4.0 的 application/fhir+json 或 application/fhir+xml、UTF-8 编码，而 Accept 或 _format 两者都不允许。");

    public static readonly MessageTemplate NoSuchOperation = new(
        "no-such-operation",
        "There is no such operation at this address; /fhir/metadata lists those there are.",
        "该地址没有此操作；现有操作见 /fhir/metadata。");

    public static readonly MessageTemplate PostOnly = new(
        "post-only",
        "${0} changes what is stored, so it is called with POST.",
        "${0} 会改变存储的内容，因此须用 POST 调用。");

    public static readonly MessageTemplate ParameterNeeded = new(
        "parameter-needed",
        "{0} needs the parameter {1} ({2}).",
        "{0} 需要参数 {1}（{2}）。");

    public static readonly MessageTemplate UnknownParameter = new(
        "unknown-parameter",
        "{0} has no parameter '{1}'; it has {2}.",
        "{0} 没有参数“{1}”；可用的有 {2}。");

    public static readonly MessageTemplate NoParameters = new(
        "no-parameters",
        "{0} has no parameter '{1}'; it has none.",
        "{0} 没有参数“{1}”；它不带参数。");

    public static readonly MessageTemplate ParametersExpected = new(
        "parameters-expected",
        "{0} takes Parameters in its body, not a {1}.",
        "{0} 的请求体应为 Parameters，而不是 {1}。");

    public static readonly MessageTemplate ParameterOnce = new(
        "parameter-once",
        "The parameter {0} is given once.",
        "参数 {0} 只能给出一次。");
}
