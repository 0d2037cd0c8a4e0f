// One scope of SMART App Launch 2.2.0, of version 1 or 2, as it was written and as it is meant (scopes-and-launch-context.html).

using System.Diagnostics.CodeAnalysis;
using System.Text;
using FhirHub.Model;
using FhirHub.Search;

namespace FhirHub.Smart;

/// <summary>Whose data a scope is about.</summary>
public enum ScopeLevel
{
    /// <summary><c>patient/</c>: the patient in context.</summary>
    Patient,

    /// <summary><c>user/</c>: what the user may see.</summary>
    User,

    /// <summary><c>system/</c>: what the client itself may see.</summary>
    System,
}

/// <summary>A scope for FHIR resources.</summary>
/// <param name="Level">Whose data.</param>
/// <param name="ResourceType">The type; null for <c>*</c>.</param>
/// <param name="Letters">What may be done.</param>
/// <param name="Constraint">The search parameters behind <c>?</c>, percent-encoded as they were written; null for none.</param>
/// <param name="IsVersion1">True if it was written as <c>.read</c>, <c>.write</c> or <c>.*</c>, and is to be answered so.</param>
public sealed record SmartScope(ScopeLevel Level, string? ResourceType, AccessLetter Letters, string? Constraint, bool IsVersion1)
{
    /// <summary>All five letters.</summary>
    public const AccessLetter AllLetters = AccessLetter.Create | AccessLetter.Read | AccessLetter.Update | AccessLetter.Delete | AccessLetter.Search;

    private const string LetterOrder = "cruds";

    /// <summary>Reads a scope for resources; others (<c>openid</c>, <c>launch</c>, …) are none.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out SmartScope? scope)
    {
        ArgumentNullException.ThrowIfNull(text);
        scope = null;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var question = text.IndexOf('?', StringComparison.Ordinal);
        var head = question < 0 ? text : text[..question];
        var dot = head.LastIndexOf('.');
        if (slash < 0 || dot < slash || question == text.Length - 1)
            return false;
        ScopeLevel? level = head[..slash] switch
        {
            "patient" => ScopeLevel.Patient,
            "user" => ScopeLevel.User,
            "system" => ScopeLevel.System,
            _ => null,
        };
        var type = head[(slash + 1)..dot];
        if (level is null || (type != "*" && Schema.R4.FindResourceType(type) is null))
            return false;
        var (letters, isVersion1) = head[(dot + 1)..] switch
        {
            "read" => (AccessLetter.Read | AccessLetter.Search, true),
            "write" => (AccessLetter.Create | AccessLetter.Update | AccessLetter.Delete, true),
            "*" => (AllLetters, true),
            var written => (LettersOf(written), false),
        };
        if (letters == AccessLetter.None || (isVersion1 && question >= 0))
            return false;
        scope = new SmartScope(level.Value, type == "*" ? null : type, letters, question < 0 ? null : text[(question + 1)..], isVersion1);
        return true;
    }

    /// <summary>The scope as it is written in its version.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Level switch { ScopeLevel.Patient => "patient", ScopeLevel.User => "user", _ => "system" })
            .Append('/').Append(ResourceType ?? "*").Append('.');
        if (IsVersion1)
        {
            return text.Append(Letters switch
            {
                AllLetters => "*",
                AccessLetter.Read | AccessLetter.Search => "read",
                _ => "write",
            }).ToString();
        }

        for (var i = 0; i < LetterOrder.Length; i++)
        {
            if (Letters.HasFlag((AccessLetter)(1 << i)))
                text.Append(LetterOrder[i]);
        }

        return Constraint is null ? text.ToString() : text.Append('?').Append(Constraint).ToString();
    }

    // Letters out of order are undefined (scopes-and-launch-context.html#scopes-for-requesting-fhir-resources), and a scope that is undefined is none.
    private static AccessLetter LettersOf(string text)
    {
        var letters = AccessLetter.None;
        var last = -1;
        foreach (var c in text)
        {
            var index = LetterOrder.IndexOf(c, StringComparison.Ordinal);
            if (index <= last)
                return AccessLetter.None;
            last = index;
            letters |= (AccessLetter)(1 << index);
        }

        return letters;
    }
}
