// What is said of values of data types.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>Messages of the rules of values.</summary>
internal static class ValueMessages
{
    public static readonly MessageTemplate DateRange = new(
        "date-range",
        "The year of '{0}' is not between {1} and {2}; check it for a typing mistake.",
        "“{0}”的年份不在 {1} 至 {2} 之间；请检查是否录入有误。");

    public static readonly MessageTemplate DateInFuture = new(
        "date-in-future",
        "'{0}' lies in the future; a birth or a death is recorded after it happened. Correct the date.",
        "“{0}”是将来的日期；出生或死亡应在发生之后记录。请更正日期。");

    public static readonly MessageTemplate DeathBeforeBirth = new(
        "death-before-birth",
        "The death ({0}) lies before the birth ({1}); correct one of them.",
        "死亡时间（{0}）早于出生日期（{1}）；请更正其中之一。");

    public static readonly MessageTemplate ResidentIdDate = new(
        "resident-id-date",
        "The resident identity number holds the date of birth {0}, and birthDate is {1}; correct the one that is wrong.",
        "居民身份证号中的出生日期为 {0}，而 birthDate 为 {1}；请更正有误的一项。");

    public static readonly MessageTemplate ResidentIdGender = new(
        "resident-id-gender",
        "The resident identity number is that of a person registered as {0}, and gender is {1}; check which is meant.",
        "居民身份证号表示的登记性别为 {0}，而 gender 为 {1}；请核对。");

    public static readonly MessageTemplate PaddedString = new(
        "padded-string",
        "The text starts or ends with white space; remove it, since searches and comparisons see it.",
        "文本的开头或结尾有空白字符；请删除，因为检索和比较会受其影响。");

    public static readonly MessageTemplate Oid = new(
        "oid",
        "'{0}' is not a valid OID; write urn:oid: and numbers without leading zeros, such as urn:oid:2.16.840.1.113883.",
        "“{0}”不是有效的 OID；应写作 urn:oid: 加以点分隔、无前导零的数字，例如 urn:oid:2.16.840.1.113883。");

    public static readonly MessageTemplate Uuid = new(
        "uuid",
        "'{0}' is not a valid UUID; write urn:uuid: and 8-4-4-4-12 hexadecimal digits, such as urn:uuid:c757873d-ec9a-4326-a141-556f43239520.",
        "“{0}”不是有效的 UUID；应写作 urn:uuid: 加 8-4-4-4-12 位十六进制数字，例如 urn:uuid:c757873d-ec9a-4326-a141-556f43239520。");

    public static readonly MessageTemplate CapitalUuid = new(
        "capital-uuid",
        "The UUID '{0}' has capital letters; write small ones, since URIs that differ in case are different.",
        "UUID“{0}”含有大写字母；请使用小写，因为大小写不同的 URI 视为不同。");

    public static readonly MessageTemplate Base64Space = new(
        "base64-space",
        "The base64 content holds white space, which many readers refuse; write it without.",
        "base64 内容含有空白字符，许多读取程序不接受；请去除。");

    public static readonly MessageTemplate UcumCode = new(
        "ucum-code",
        "'{0}' is not a unit of UCUM; give a valid code such as mg, mmol/L or 10*3/uL, or leave out system and code.",
        "“{0}”不是 UCUM 单位；请给出有效代码（如 mg、mmol/L 或 10*3/uL），或省略 system 和 code。");

    public static readonly MessageTemplate UcumCodeMeant = new(
        "ucum-code",
        "'{0}' is not a unit of UCUM; '{1}' may be meant. Give that or another valid code, or leave out system and code.",
        "“{0}”不是 UCUM 单位；可能是指“{1}”。请给出该代码或其他有效代码，或省略 system 和 code。");

    public static readonly MessageTemplate UcumAnnotation = new(
        "ucum-annotation",
        "What stands in braces in '{0}' says nothing to programs: it is ignored when units are compared. Say it in Observation.code or elsewhere.",
        "“{0}”中花括号内的注释对程序没有意义：比较单位时会被忽略。请在 Observation.code 等处表达。");

    public static readonly MessageTemplate UnitText = new(
        "unit-text",
        "The unit that people see ('{0}') is another than that of the code ('{1}'); make them the same.",
        "供人阅读的单位（“{0}”）与代码的单位（“{1}”）不同；请使二者一致。");

    public static readonly MessageTemplate IdentifierSystem = new(
        "identifier-system",
        "Identifier.system '{0}' is not an absolute URI; give one such as urn:oid:2.16.156.10011.1.3 or http://hospital.example.org/mrn.",
        "Identifier.system“{0}”不是绝对 URI；请给出绝对 URI，例如 urn:oid:2.16.156.10011.1.3 或 http://hospital.example.org/mrn。");

    public static readonly MessageTemplate IdentifierUri = new(
        "identifier-uri",
        "With this system the value has to be an absolute URI, and '{0}' is none; write urn:oid:…, urn:uuid:… or a whole URL.",
        "在此 system 下 value 必须是绝对 URI，而“{0}”不是；请写作 urn:oid:…、urn:uuid:… 或完整的 URL。");

    public static readonly MessageTemplate ResidentId = new(
        "resident-id",
        "'{0}' is not a valid resident identity number (GB 11643): 18 characters with a date of birth and a fitting check character, or the old form of 15 digits. Check it for a typing mistake.",
        "“{0}”不是有效的居民身份证号（GB 11643）：应为 18 位，含有效出生日期且校验码正确，或为 15 位旧号码。请检查是否录入有误。");

    public static readonly MessageTemplate SocialCreditCode = new(
        "social-credit-code",
        "'{0}' is not a valid unified social credit code (GB 32100): 18 digits and capitals without I, O, S, V and Z, of which the last has to fit. Check it for a typing mistake.",
        "“{0}”不是有效的统一社会信用代码（GB 32100）：应为 18 位数字和大写字母（不含 I、O、S、V、Z），且校验码正确。请检查是否录入有误。");

    public static readonly MessageTemplate NationalProvider = new(
        "npi",
        "'{0}' is not a valid National Provider Identifier: its last digit does not fit the others. Check it for a typing mistake.",
        "“{0}”不是有效的美国国家医疗提供者标识（NPI）：校验位不正确。请检查是否录入有误。");

    public static readonly MessageTemplate NationalProviderRange = new(
        "npi-range",
        "'{0}' can't be a National Provider Identifier that was given out: those have ten digits and start with 1 or 2.",
        "“{0}”不可能是已发放的美国国家医疗提供者标识（NPI）：已发放的号码为 10 位数字且以 1 或 2 开头。");

    public static readonly MessageTemplate SocialSecurity = new(
        "ssn",
        "'{0}' is not a Social Security Number: nine digits, with or without dashes (123-45-6789), of which no group is all zeros and the first is not 666.",
        "“{0}”不是美国社会安全号：应为 9 位数字，可带连字符（123-45-6789），各组不得全为零，且第一组不得为 666。");

    public static readonly MessageTemplate NhsNumber = new(
        "nhs-number",
        "'{0}' is not a valid NHS number: ten digits without spaces, of which the last has to fit. Check it for a typing mistake.",
        "“{0}”不是有效的 NHS 号码：应为 10 位数字、不含空格且校验位正确。请检查是否录入有误。");

    public static readonly MessageTemplate AustralianIndividual = new(
        "ihi",
        "'{0}' is not a valid Individual Healthcare Identifier: 16 digits that start with 800360, of which the last has to fit.",
        "“{0}”不是有效的澳大利亚个人医疗标识（IHI）：应为以 800360 开头的 16 位数字且校验位正确。");

    public static readonly MessageTemplate DigitalObject = new(
        "doi",
        "'{0}' is not a DOI; write 10., the registrant's number, a slash and the name, such as 10.1000/182.",
        "“{0}”不是 DOI；应写作 10.、注册机构编号、斜线和名称，例如 10.1000/182。");

    public static readonly MessageTemplate Isbn = new(
        "isbn",
        "'{0}' is not a valid ISBN: 10 or 13 characters, of which the last has to fit.",
        "“{0}”不是有效的 ISBN：应为 10 位或 13 位且校验位正确。");

    public static readonly MessageTemplate CodingSystem = new(
        "coding-system",
        "Coding.system '{0}' is not an absolute URI; give the URL of the code system.",
        "Coding.system“{0}”不是绝对 URI；请给出代码系统的 URL。");

    public static readonly MessageTemplate ValueSetAsSystem = new(
        "value-set-as-system",
        "'{0}' is a value set; Coding.system has to name the code system that the code comes from.",
        "“{0}”是值集；Coding.system 必须是代码所属代码系统的 URL。");

    public static readonly MessageTemplate MediaType = new(
        "media-type",
        "'{0}' is not a media type; write a type and a subtype, such as application/pdf.",
        "“{0}”不是媒体类型；应写作类型/子类型，例如 application/pdf。");

    public static readonly MessageTemplate AttachmentSize = new(
        "attachment-size",
        "The stated size is {0} bytes, and the data has {1}; correct the size, or send the whole data.",
        "声明的大小为 {0} 字节，而实际数据为 {1} 字节；请更正 size，或发送完整数据。");

    public static readonly MessageTemplate AttachmentHash = new(
        "attachment-hash",
        "The hash does not fit the data; the base64 of its SHA-1 hash is {0}.",
        "哈希值与数据不符；其 SHA-1 哈希的 base64 为 {0}。");

    public static readonly MessageTemplate Email = new(
        "contact-email",
        "'{0}' is not an e-mail address; write someone@somewhere.",
        "“{0}”不是电子邮件地址；应写作 someone@somewhere。");

    public static readonly MessageTemplate ContactUrl = new(
        "contact-url",
        "'{0}' is not an absolute URL; write it with its scheme, such as https://.",
        "“{0}”不是绝对 URL；请连同协议书写，例如 https://。");

    public static readonly MessageTemplate Phone = new(
        "contact-phone",
        "'{0}' has no digits, so that nobody can dial it.",
        "“{0}”不含数字，无法拨打。");

    public static readonly MessageTemplate NarrativeLanguage = new(
        "narrative-language",
        "The narrative is in '{0}', and the resource says that its language is '{1}'; make them the same.",
        "叙述文本的语言为“{0}”，而资源声明的语言为“{1}”；请使二者一致。");

    public static readonly MessageTemplate DuplicateLabel = new(
        "duplicate-label",
        "'{0}' is there twice; one is enough.",
        "“{0}”重复出现；保留一个即可。");

    public static readonly MessageTemplate SampledValue = new(
        "sampled-value",
        "'{0}' is not a sample; write decimal numbers, E, U or L, with single spaces between them.",
        "“{0}”不是采样值；应为小数、E、U 或 L，并以单个空格分隔。");

    public static readonly MessageTemplate SampledCount = new(
        "sampled-count",
        "There are {0} samples, which is no multiple of the {1} dimensions; send all samples of each point.",
        "共有 {0} 个采样值，不是 {1} 个维度的整数倍；请给出每个采样点的全部数值。");
}
