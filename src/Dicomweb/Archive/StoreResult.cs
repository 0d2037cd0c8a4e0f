// What came of storing an instance.

namespace FhirHub.Dicomweb;

/// <summary>What is to become of an instance whose UID is there with other content.</summary>
public enum DuplicatePolicy
{
    /// <summary>It is refused (<see cref="StoreOutcome.Conflict"/>).</summary>
    Refuse,

    /// <summary>It becomes a new version; the old one is kept as history.</summary>
    Replace,
}

/// <summary>What came of storing an instance.</summary>
public enum StoreOutcome
{
    /// <summary>It is there now, and on disk.</summary>
    Created,

    /// <summary>The same bytes were there already.</summary>
    Identical,

    /// <summary>It replaced other content, which is kept as history.</summary>
    Replaced,

    /// <summary>Other content of the same UIDs is there, and the policy refuses.</summary>
    Conflict,

    /// <summary>
    /// The study is there for another patient (Patient ID and issuer): taking it in would show one patient's images among another's.
    /// </summary>
    OtherPatient,

    /// <summary>The scope does not grant the study that it belongs to.</summary>
    NotGranted,
}

/// <summary>What came of storing an instance, and the instance that is there now; null where it was refused.</summary>
public sealed record StoreResult(StoreOutcome Outcome, StoredInstance? Instance);
