/** Signs links and the forms on their pages; the two never pass for one another. */
export interface LinkSigner {
  sign(purpose: 'link' | 'form', text: string): string;
  /** In a time that says nothing about how much of the signature was right. */
  isSigned(purpose: 'link' | 'form', text: string, signature: string): boolean;
}
