// What the parser of searches says of parameters that it can't use. What was asked for stands in quotation marks already.

using FhirHub.Model;

namespace FhirHub.Search;

/// <summary>Messages of <see cref="SearchParser"/>.</summary>
internal static class SearchMessages
{
    public static readonly MessageTemplate LeftOut = new(
        "search-parameter-left-out",
        "{0} The parameter was left out.",
        "{1}该参数未被使用。");

    public static readonly MessageTemplate Terminology = new(
        "search-terminology",
        "{0}",
        "术语服务无法回答：{0}");

    public static readonly MessageTemplate TextContained = new(
        "search-text-contained",
        "_text and _content look at whole resources, contained ones included, so they have no meaning with _contained; leave it out.",
        "_text 和 _content 针对整个资源（包括内嵌资源），与 _contained 一起没有意义；请去掉 _contained。");

    public static readonly MessageTemplate FilterComposite = new(
        "search-filter-composite",
        "{0} in _filter must compare each of {1} once: {0}[{2} eq …].{3} eq ….",
        "_filter 中的 {0} 必须对 {1} 各比较一次：{0}[{2} eq …].{3} eq …。");

    public static readonly MessageTemplate FilterComparer = new(
        "search-filter-comparer",
        "{0} {1} is not supported within {2}[]; compare by eq.",
        "{2}[] 中不支持 {0} {1}；请用 eq 比较。");

    public static readonly MessageTemplate FilterSyntax = new(
        "search-filter-syntax",
        "_filter needs {0} at character {1}, where {2}. A filter is such as: given eq \"peter\" and (birthdate ge 2014-10-10 or not (active eq true)).",
        "_filter 在第 {1} 个字符处有语法错误。过滤表达式如：given eq \"peter\" and (birthdate ge 2014-10-10 or not (active eq true))。");

    public static readonly MessageTemplate FilterOperators = new(
        "search-filter-operators",
        "{0} is {1}; in _filter it may have {2}, not {3}.",
        "在 _filter 中 {0} 可以用 {2}，不能用 {3}。");

    public static readonly MessageTemplate TextSyntax = new(
        "search-text-syntax",
        "{0} {1}. It may have words, \"phrases\", word*, AND, OR, NOT or -word, and parentheses, such as (bone OR liver) metastas* -benign.",
        "{0} {2}。可以有词、\"短语\"、词*、AND、OR、NOT 或 -词，以及括号，如 (bone OR liver) metastas* -benign。");

    public static readonly MessageTemplate SeveralTypes = new(
        "search-several-types",
        "{0}:{1} is {2}, which may be of several types ({3}); write Type/id.",
        "{0}:{1} 的值是 {2}，可能属于多个类型（{3}）；请写成 类型/id。");

    public static readonly MessageTemplate NoHierarchy = new(
        "search-no-hierarchy",
        "{0}:{1} is {2}, but {3} has no partof or part-of that leads to {3} again, so there is no hierarchy.",
        "{0}:{1} 的值是 {2}，但 {3} 没有指向 {3} 自身的 partof 或 part-of，因此没有层级。");

    public static readonly MessageTemplate WithoutHierarchy = new(
        "search-without-hierarchy",
        "{0} has no modifier '{1}' for resources: none of the types that it leads to has a partof or part-of that leads to the same type. With the canonical URL of a definition, :below is for its versions.",
        "{0} 对资源没有修饰符“{1}”：它所指向的类型都没有指向同一类型的 partof 或 part-of。对于定义的规范 URL，:below 用于其版本。");

    public static readonly MessageTemplate Modifier = new(
        "search-modifier",
        "{0} has no modifier {1}. It may have :{2}.",
        "{0} 没有修饰符 {1}；可以用 :{2}。");

    public static readonly MessageTemplate ReferenceModifier = new(
        "search-modifier",
        "{0} has no modifier {1}. It may have :{2} or a resource type that it leads to.",
        "{0} 没有修饰符 {1}；可以用 :{2}，或它所指向的资源类型。");

    public static readonly MessageTemplate TooManyParameters = new(
        "search-too-many-parameters",
        "The search has {0} parameters; at most {1} are read.",
        "搜索有 {0} 个参数；最多读取 {1} 个。");

    public static readonly MessageTemplate NameTooLong = new(
        "search-name-too-long",
        "A parameter's name has {0} characters; at most {1} are read.",
        "参数名有 {0} 个字符；最多读取 {1} 个。");

    public static readonly MessageTemplate ValueTooLong = new(
        "search-value-too-long",
        "The value of {0} has {1} characters; at most {2} are read.",
        "{0} 的值有 {1} 个字符；最多读取 {2} 个。");

    public static readonly MessageTemplate UnknownType = new(
        "search-unknown-type",
        "{0} is no resource type of R4.",
        "{0} 不是 R4 的资源类型。");

    public static readonly MessageTemplate NotInCompartment = new(
        "search-not-in-compartment",
        "The {0} compartment holds no resources of type {1}.",
        "{0} 分区中没有 {1} 类型的资源。");

    public static readonly MessageTemplate UnsearchableType = new(
        "search-unsearchable-type",
        "_type names {0}, which is no resource type that can be searched here.",
        "_type 中的 {0} 不是此处可搜索的资源类型。");

    public static readonly MessageTemplate ChainTooLong = new(
        "search-chain-too-long",
        "The chain has more than {0} steps.",
        "链式参数超过 {0} 步。");

    public static readonly MessageTemplate TooManyConditions = new(
        "search-too-many-conditions",
        "The search comes to more than {0} conditions; name types in chains (subject:Patient.name) or give fewer values.",
        "该搜索的条件超过 {0} 个；请在链中写明类型（subject:Patient.name），或减少值。");

    public static readonly MessageTemplate HasForm = new(
        "search-has-form",
        "_has must be _has:Type:reference:parameter, such as _has:Observation:patient:code=1234-5.",
        "_has 的形式应为 _has:类型:引用:参数，如 _has:Observation:patient:code=1234-5。");

    public static readonly MessageTemplate HasType = new(
        "search-has-type",
        "_has names {0}, which is no resource type of R4.",
        "_has 中的 {0} 不是 R4 的资源类型。");

    public static readonly MessageTemplate NeverLeadsTo = new(
        "search-never-leads-to",
        "{0}.{1} leads to {2}, never to {3}.",
        "{0}.{1} 指向 {2}，不会指向 {3}。");

    public static readonly MessageTemplate ChainType = new(
        "search-chain-type",
        "{0}.{1} names {2}, which is no resource type of R4.",
        "{0}.{1} 中的 {2} 不是 R4 的资源类型。");

    public static readonly MessageTemplate LeadsElsewhere = new(
        "search-leads-elsewhere",
        "{0} leads to {1}, never to {2}.",
        "{0} 指向 {1}，不会指向 {2}。");

    public static readonly MessageTemplate ChainEnd = new(
        "search-chain-end",
        "No type that {0} leads to ({1}) can be searched by {2}.",
        "{0} 所指向的类型（{1}）都不能按 {2} 搜索。");

    public static readonly MessageTemplate LastUpdatedModifier = new(
        "search-last-updated-modifier",
        "_lastUpdated has no modifier {0}. It may have :missing.",
        "_lastUpdated 没有修饰符 {0}；可以用 :missing。");

    public static readonly MessageTemplate NamedQuery = new(
        "search-named-query",
        "This server has no named queries, so _query is not supported; say what you search for with the other parameters.",
        "此服务器没有命名查询，因此不支持 _query；请用其他参数表达搜索内容。");

    public static readonly MessageTemplate MissingValue = new(
        "search-missing-value",
        "{0}:missing is {1}; it must be true or false.",
        "{0}:missing 的值是 {1}；必须是 true 或 false。");

    public static readonly MessageTemplate IdFormat = new(
        "search-id-format",
        "_id is {0}; it must be 1 to 64 of A-Z, a-z, 0-9, - and dot.",
        "_id 的值是 {0}；必须是 1 到 64 个字符，可用 A-Z、a-z、0-9、- 和点。");

    public static readonly MessageTemplate IdModifier = new(
        "search-id-modifier",
        "_id has no modifier {0}. It may have :missing, :not.",
        "_id 没有修饰符 {0}；可以用 :missing、:not。");

    public static readonly MessageTemplate UnknownParameter = new(
        "search-unknown-parameter",
        "{0} has no search parameter {1}. It has {2}.",
        "{0} 没有搜索参数 {1}；可用的有 {2}。");

    public static readonly MessageTemplate NotCommon = new(
        "search-not-common",
        "{0} of the {1} types searched have a search parameter {2}, and all must. All have {3}; name fewer types in _type for others.",
        "所搜索的 {1} 个类型中只有 {0} 个有搜索参数 {2}，而必须全都有。全都有的是 {3}；如需其他参数，请在 _type 中减少类型。");

    public static readonly MessageTemplate Waiting = new(
        "search-waiting",
        "{0} waits for $reindex: older resources are not indexed for it yet. POST $reindex starts that, and GET $reindex shows how far it is.",
        "{0} 正等待 $reindex：较早的资源尚未为其建立索引。POST $reindex 启动，GET $reindex 查看进度。");

    public static readonly MessageTemplate UnknownReference = new(
        "search-unknown-reference",
        "{0} has no reference parameter {1}. It has {2}.",
        "{0} 没有引用参数 {1}；可用的有 {2}。");

    public static readonly MessageTemplate NoValue = new(
        "search-no-value",
        "{0} has no value.",
        "{0} 没有值。");

    public static readonly MessageTemplate TooManyValues = new(
        "search-too-many-values",
        "{0} has {1} values; at most {2} are read.",
        "{0} 有 {1} 个值；最多读取 {2} 个。");

    public static readonly MessageTemplate EmptyValue = new(
        "search-empty-value",
        "{0} has an empty value between commas; a comma that is part of a value is written \\,.",
        "{0} 的逗号之间有空值；值中的逗号应写作 \\,。");

    public static readonly MessageTemplate Total = new(
        "search-total",
        "_total is {0}; it must be none, estimate or accurate.",
        "_total 的值是 {0}；必须是 none、estimate 或 accurate。");

    public static readonly MessageTemplate TooManyIncludes = new(
        "search-too-many-includes",
        "A search may have at most {0} _include and _revinclude parameters.",
        "一次搜索最多可有 {0} 个 _include 和 _revinclude 参数。");

    public static readonly MessageTemplate TypeTwice = new(
        "search-type-twice",
        "_type is for searches over several types; this search has its type in the address.",
        "_type 用于跨类型的搜索；该搜索的类型已在地址中。");

    public static readonly MessageTemplate Contained = new(
        "search-contained",
        "_contained is {0}; it must be false, true or both.",
        "_contained 的值是 {0}；必须是 false、true 或 both。");

    public static readonly MessageTemplate ContainedType = new(
        "search-contained-type",
        "_containedType is {0}; it must be container or contained.",
        "_containedType 的值是 {0}；必须是 container 或 contained。");

    public static readonly MessageTemplate OnceOnly = new(
        "search-once-only",
        "{0} may be given once only.",
        "{0} 只能给出一次。");

    public static readonly MessageTemplate Count = new(
        "search-count",
        "_count is {0}; it must be a whole number from 0.",
        "_count 的值是 {0}；必须是从 0 开始的整数。");

    public static readonly MessageTemplate Summary = new(
        "search-summary",
        "_summary is {0}; it must be true, text, data, count or false.",
        "_summary 的值是 {0}；必须是 true、text、data、count 或 false。");

    public static readonly MessageTemplate Elements = new(
        "search-elements",
        "_elements names {0}, which is no element at the top of the resource. {1}",
        "_elements 中的 {0} 不是资源的顶层元素。{1}");

    public static readonly MessageTemplate TooManySortKeys = new(
        "search-too-many-sort-keys",
        "_sort has {0} keys; at most {1} are supported.",
        "_sort 有 {0} 个键；最多支持 {1} 个。");

    public static readonly MessageTemplate NoScore = new(
        "search-no-score",
        "Matches have no score to sort by; sort by a search parameter.",
        "匹配结果没有可供排序的得分；请按搜索参数排序。");

    public static readonly MessageTemplate SortOverTypes = new(
        "search-sort-over-types",
        "A search over several types can be sorted by _id and _lastUpdated, not by {0}.",
        "跨类型的搜索可按 _id 和 _lastUpdated 排序，不能按 {0}。");

    public static readonly MessageTemplate Unsortable = new(
        "search-unsortable",
        "{0} can't be sorted by {1}. It can be by {2}.",
        "{0} 不能按 {1} 排序；可用的有 {2}。");

    public static readonly MessageTemplate IncludeForm = new(
        "search-include-form",
        "{0} is {1}; it must be Type:parameter, Type:parameter:TargetType or Type:*, such as Observation:subject.",
        "{0} 的值是 {1}；形式应为 类型:参数、类型:参数:目标类型 或 类型:*，如 Observation:subject。");

    public static readonly MessageTemplate IncludeTarget = new(
        "search-include-target",
        "{0} names the target type {1}, which is no resource type of R4.",
        "{0} 中的目标类型 {1} 不是 R4 的资源类型。");

    public static readonly MessageTemplate UnknownModifier = new(
        "search-unknown-modifier",
        "{0} has no modifier {1}.",
        "{0} 没有修饰符 {1}。");

    public static readonly MessageTemplate NoFullText = new(
        "search-no-full-text",
        "{0} needs a full-text index, which this server does not keep (FhirHub:Search:FullText is false).",
        "{0} 需要全文索引，而此服务器没有（FhirHub:Search:FullText 为 false）。");

    public static readonly MessageTemplate ListNeverHolds = new(
        "search-list-never-holds",
        "A List never holds {0}.",
        "List 中不会有 {0}。");

    public static readonly MessageTemplate FunctionalList = new(
        "search-functional-list",
        "_list is {0}, but this server keeps no functional lists; name a List by its id, or search by status.",
        "_list 的值是 {0}，但此服务器没有功能性列表；请用 id 指明 List，或按 status 搜索。");

    public static readonly MessageTemplate ListId = new(
        "search-list-id",
        "_list is {0}; it must be the id of a List.",
        "_list 的值是 {0}；必须是 List 的 id。");

    public static readonly MessageTemplate NothingToSearch = new(
        "search-nothing-to-search",
        "{0} is {1}, in which there is nothing to search for.",
        "{0} 的值是 {1}，其中没有可搜索的内容。");

    public static readonly MessageTemplate NoText = new(
        "search-no-text",
        "{0}:text has nothing to search for.",
        "{0}:text 中没有可搜索的内容。");

    public static readonly MessageTemplate OfType = new(
        "search-of-type",
        "{0}:of-type is {1}; it must be system|code|value, the first two being the identifier's type.",
        "{0}:of-type 的值是 {1}；形式应为 system|code|value，前两项是标识符的类型。");

    public static readonly MessageTemplate Token = new(
        "search-token",
        "{0} is {1}; it must be code, system|code, |code or system|. A bar that is part of a value is written \\|.",
        "{0} 的值是 {1}；形式应为 code、system|code、|code 或 system|。值中的竖线应写作 \\|。");

    public static readonly MessageTemplate Hierarchy = new(
        "search-hierarchy",
        "{0} is {1}; it must be system|code, the system being the one whose hierarchy has the code.",
        "{0} 的值是 {1}；形式应为 system|code，其中 system 是该代码所在层级的代码系统。");

    public static readonly MessageTemplate NoTerminology = new(
        "search-no-terminology",
        "{0} is not supported: this server has no terminology to answer it.",
        "不支持 {0}：此服务器没有可用来回答的术语。");

    public static readonly MessageTemplate Date = new(
        "search-date",
        "{0} is {1}; it must be a date such as 2024, 2024-05, 2024-05-01 or 2024-05-01T10:30:00+02:00, after eq, ne, gt, lt, ge, le, sa, eb or ap if need be.",
        "{0} 的值是 {1}；必须是日期，如 2024、2024-05、2024-05-01 或 2024-05-01T10:30:00+02:00，前面可加 eq、ne、gt、lt、ge、le、sa、eb 或 ap。");

    public static readonly MessageTemplate Number = new(
        "search-number",
        "{0} has {1} where a number such as 5.40 or 1e-3 must be, after eq, ne, gt, lt, ge, le, sa, eb or ap if need be.",
        "{0} 中的 {1} 应为数字，如 5.40 或 1e-3，前面可加 eq、ne、gt、lt、ge、le、sa、eb 或 ap。");

    public static readonly MessageTemplate Quantity = new(
        "search-quantity",
        "{0} is {1}; it must be a number, number|system|code or number||code.",
        "{0} 的值是 {1}；形式应为 数字、数字|system|code 或 数字||code。");

    public static readonly MessageTemplate Composite = new(
        "search-composite",
        "{0} is {1}; it must have {2} parts with $ between: {3}.",
        "{0} 的值是 {1}；必须有 {2} 个部分，以 $ 分隔：{3}。");

    public static readonly MessageTemplate Near = new(
        "search-near",
        "{0} is {1}; it must be latitude|longitude|distance|units, such as 47.07|15.43|10|km, with a UCUM unit of length.",
        "{0} 的值是 {1}；形式应为 纬度|经度|距离|单位，如 47.07|15.43|10|km，单位为 UCUM 的长度单位。");

    public static readonly MessageTemplate Identifier = new(
        "search-identifier",
        "{0}:identifier is {1}; it must be system|value or value.",
        "{0}:identifier 的值是 {1}；形式应为 system|value 或 value。");

    public static readonly MessageTemplate OtherType = new(
        "search-other-type",
        "{0}:{1} is {2}, which is of another type.",
        "{0}:{1} 的值是 {2}，属于另一种类型。");

    public static readonly MessageTemplate Reference = new(
        "search-reference",
        "{0} is {1}; it must be an id, Type/id with a resource type of R4, or an absolute URL.",
        "{0} 的值是 {1}；必须是 id、带 R4 资源类型的 类型/id，或绝对 URL。");

    public static readonly MessageTemplate NotAnAddress = new(
        "search-not-an-address",
        "{0}:{1} is {2}, which is no address of a {1}; leave :{1} out.",
        "{0}:{1} 的值是 {2}，它不是 {1} 的地址；请去掉 :{1}。");

    public static readonly MessageTemplate CanonicalAbove = new(
        "search-canonical-above",
        "{0}:above is not supported for canonical URLs; :below with url|version finds a version and those below it.",
        "规范 URL 不支持 {0}:above；用 :below 加 url|version 可找到某版本及其下级版本。");

    public static readonly MessageTemplate FilterPresent = new(
        "search-filter-present",
        "_filter has pr {0}; it must be pr true or pr false.",
        "_filter 中有 pr {0}；必须是 pr true 或 pr false。");

    public static readonly MessageTemplate FilterPath = new(
        "search-filter-path",
        "A path of _filter has more than {0} steps.",
        "_filter 中有路径超过 {0} 步。");

    public static readonly MessageTemplate NotInFilter = new(
        "search-not-in-filter",
        "{0} can't be part of _filter; give it as a parameter of its own.",
        "{0} 不能放在 _filter 中；请作为单独的参数给出。");

    public static readonly MessageTemplate FilterNothing = new(
        "search-filter-nothing",
        "{0} {1} in _filter is {2}, in which there is nothing to search for.",
        "_filter 中 {0} {1} 的值是 {2}，其中没有可搜索的内容。");

    public static readonly MessageTemplate FilterDepth = new(
        "search-filter-depth",
        "_filter is more than {0} levels deep.",
        "_filter 的嵌套超过 {0} 层。");

    public static readonly MessageTemplate TextDepth = new(
        "search-text-depth",
        "{0} has more than {1} parentheses within each other.",
        "{0} 的括号嵌套超过 {1} 层。");

    public static readonly MessageTemplate TextTerms = new(
        "search-text-terms",
        "{0} has more than {1} words and phrases.",
        "{0} 的词和短语超过 {1} 个。");

    public static readonly MessageTemplate TextAlternatives = new(
        "search-text-alternatives",
        "{0} comes to more than {1} alternatives; use fewer ORs.",
        "{0} 的备选项超过 {1} 个；请减少 OR。");
}
