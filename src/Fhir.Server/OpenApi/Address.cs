// What a document says of an address that ASP.NET routes: what the route itself does not tell.

namespace FhirHub.Server.OpenApi;

/// <summary>A parameter of the query or a field of a form.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Text">What it means.</param>
/// <param name="IsRequired">Whether it must be there.</param>
internal sealed record AddressField(string Name, string Text, bool IsRequired = false);

/// <summary>How an address tells of a failure.</summary>
internal enum AddressFailure
{
    /// <summary>By a page, or by its status alone.</summary>
    Status,

    /// <summary>By problem details (RFC 9457).</summary>
    Problem,

    /// <summary>By <c>error</c> and <c>error_description</c> (RFC 6749, 5.2).</summary>
    OAuth,
}

/// <summary>The description of a method of an address.</summary>
/// <param name="Tag">Its heading.</param>
/// <param name="Summary">What it does.</param>
internal sealed record Address(string Tag, string Summary)
{
    /// <summary>The parameters of its query.</summary>
    public IReadOnlyList<AddressField> Query { get; init; } = [];

    /// <summary>True if any other names may stand in its query.</summary>
    public bool TakesOthers { get; init; }

    /// <summary>The fields of its form.</summary>
    public IReadOnlyList<AddressField> Form { get; init; } = [];

    /// <summary>The members of its JSON body.</summary>
    public IReadOnlyList<AddressField> Members { get; init; } = [];

    /// <summary>Media types of its body; those of <see cref="Form"/> and <see cref="Members"/> are there without being named.</summary>
    public IReadOnlyList<string> Bodies { get; init; } = [];

    /// <summary>The status of a success.</summary>
    public int Status { get; init; } = 200;

    /// <summary>The media types of its answers; none for an answer without a body.</summary>
    public IReadOnlyList<string> Answers { get; init; } = [];

    /// <summary>The members of an answer in JSON, where they are few.</summary>
    public IReadOnlyList<AddressField> Answered { get; init; } = [];

    /// <summary>The statuses of failures, with their meaning.</summary>
    public IReadOnlyList<(int Status, string Meaning)> Failures { get; init; } = [];

    /// <summary>How failures are told.</summary>
    public AddressFailure Failure { get; init; }

    /// <summary>True if it is called with a bearer token; pages have their own sign-in.</summary>
    public bool NeedsToken { get; init; }

    /// <summary>A page, for people.</summary>
    public static Address Page(string tag, string summary) => new(tag, summary) { Answers = ["text/html"] };

    /// <summary>A form of a page, for people.</summary>
    public static Address Submit(string tag, string summary) => new(tag, summary) { Bodies = ["application/x-www-form-urlencoded"], Answers = ["text/html"] };
}
